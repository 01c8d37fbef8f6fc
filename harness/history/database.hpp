#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

/// SQLite as this folder needs it.
namespace ipcmark {

/// A history that cannot be used: one sentence.
class history_error : public std::runtime_error {
public:
    enum class kind : std::uint8_t {
        refused,    // by the system: no space, no right, held by another process for too long
        unreadable  // what is there is no history, broken, or of a newer version
    };
    history_error(kind why, const std::string& text) : std::runtime_error(text), why_(why) {}
    kind why() const noexcept { return why_; }

private:
    kind why_;
};

class statement;

/// A connection. Failures throw history_error, of our own statements std::logic_error.
class database {
public:
    explicit database(const std::filesystem::path& file);

    /// One or more statements without a result.
    void execute(const char* text) const;
    statement prepare(std::string_view text) const;
    std::int64_t last_row() const;
    [[noreturn]] void fail(const char* doing) const;

private:
    struct closing {
        void operator()(sqlite3* connection) const;
    };
    std::string file_;
    std::unique_ptr<sqlite3, closing> connection_;
};

/// A prepared statement: bind, then step through its rows, then again.
class statement {
public:
    /// In the order of the question marks.
    template <class... Values>
    statement& bind(const Values&... values) {
        int index = 0;
        reset();
        (put(++index, values), ...);
        return *this;
    }
    /// Whether there is a row.
    bool step();
    /// To its end.
    void run();

    std::int64_t whole(int column) const;
    double number(int column) const;
    std::optional<double> optional_number(int column) const;
    std::string text(int column) const;

private:
    friend class database;
    struct finishing {
        void operator()(sqlite3_stmt* prepared) const;
    };
    statement(const database& of, sqlite3_stmt* prepared) : of_(&of), prepared_(prepared) {}

    void reset();
    void put(int index, std::int64_t value);
    void put(int index, bool value) { put(index, std::int64_t{value}); }
    void put(int index, std::uint64_t value) { put(index, static_cast<std::int64_t>(value)); }
    void put(int index, double value);
    void put(int index, std::string_view value);
    void put(int index, const std::string& value) { put(index, std::string_view(value)); }
    void put(int index, const std::optional<double>& value);
    void put(int index, const std::optional<std::int64_t>& value);
    void put_nothing(int index);
    void check(int code) const;

    const database* of_;
    std::unique_ptr<sqlite3_stmt, finishing> prepared_;
};

/// Undone where commit is not reached. Waits for another writer, ten seconds at most.
class transaction {
public:
    explicit transaction(const database& of);
    ~transaction();
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;
    void commit();

private:
    const database& of_;
    bool open_ = true;
};

}  // namespace ipcmark
