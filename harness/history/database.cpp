#include "harness/history/database.hpp"

#include <fmt/format.h>

#include <sqlite3.h>

namespace ipcmark {

namespace {

constexpr int patience_ms = 10'000;

/// Nothing but a constant text is bound, or what outlives the step.
int length_of(std::string_view text) {
    return static_cast<int>(text.size());
}

}  // namespace

void database::closing::operator()(sqlite3* connection) const {
    sqlite3_close_v2(connection);
}

void statement::finishing::operator()(sqlite3_stmt* prepared) const {
    sqlite3_finalize(prepared);
}

database::database(const std::filesystem::path& file) : file_(file.string()) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(file_.c_str(), &opened,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    connection_.reset(opened);
    if (code != SQLITE_OK) fail("be opened");
    sqlite3_busy_timeout(opened, patience_ms);
    sqlite3_extended_result_codes(opened, 1);
}

void database::fail(const char* doing) const {
    const int code = sqlite3_errcode(connection_.get());
    const std::string why = connection_ ? sqlite3_errmsg(connection_.get()) : "out of memory";
    const auto refused = [&](const char* remedy) {
        throw history_error(history_error::kind::refused,
                            fmt::format("the history {} could not {}: {}{}", file_, doing, why,
                                        *remedy == '\0' ? "" : fmt::format("; {}", remedy)));
    };
    switch (code & 0xff) {
        case SQLITE_FULL:
        case SQLITE_IOERR:
            refused("is the disk full? Nothing of this command was kept, and nothing was lost");
            break;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            refused("another process holds it; try again");
            break;
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            refused("--store FOLDER takes another one");
            break;
        case SQLITE_NOMEM:
        case SQLITE_TOOBIG:
            refused("");
            break;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            throw history_error(history_error::kind::unreadable,
                                fmt::format("{} is no history, or a broken one: {}", file_, why));
        default:
            throw std::logic_error(fmt::format("SQLite: {} ({})", why, code));
    }
    throw std::logic_error("SQLite: not reached");
}

void database::execute(const char* text) const {
    if (sqlite3_exec(connection_.get(), text, nullptr, nullptr, nullptr) != SQLITE_OK)
        fail("be written");
}

statement database::prepare(std::string_view text) const {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(connection_.get(), text.data(), length_of(text), &prepared, nullptr) !=
        SQLITE_OK)
        fail("be read");
    return {*this, prepared};
}

std::int64_t database::last_row() const {
    return sqlite3_last_insert_rowid(connection_.get());
}

void statement::check(int code) const {
    if (code != SQLITE_OK) of_->fail("be written");
}

void statement::reset() {
    sqlite3_reset(prepared_.get());
}

bool statement::step() {
    const int code = sqlite3_step(prepared_.get());
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE)
        of_->fail(sqlite3_stmt_readonly(prepared_.get()) != 0 ? "be read" : "be written");
    reset();
    return false;
}

void statement::run() {
    while (step())
        ;
}

std::int64_t statement::whole(int column) const {
    return sqlite3_column_int64(prepared_.get(), column);
}

double statement::number(int column) const {
    return sqlite3_column_double(prepared_.get(), column);
}

std::optional<double> statement::optional_number(int column) const {
    if (sqlite3_column_type(prepared_.get(), column) == SQLITE_NULL) return std::nullopt;
    return number(column);
}

std::string statement::text(int column) const {
    const auto* bytes = sqlite3_column_text(prepared_.get(), column);
    if (bytes == nullptr) return {};
    return {reinterpret_cast<const char*>(bytes),  // NOLINT(*-reinterpret-cast): SQLite's type
            static_cast<std::size_t>(sqlite3_column_bytes(prepared_.get(), column))};
}

void statement::put(int index, std::int64_t value) {
    check(sqlite3_bind_int64(prepared_.get(), index, value));
}

void statement::put(int index, double value) {
    check(sqlite3_bind_double(prepared_.get(), index, value));
}

void statement::put(int index, std::string_view value) {
    // NOLINTNEXTLINE(*-int-to-ptr, *-cast): how SQLITE_TRANSIENT is written
    check(sqlite3_bind_text(prepared_.get(), index, value.data(), length_of(value),
                            SQLITE_TRANSIENT));
}

void statement::put(int index, const std::optional<double>& value) {
    value ? put(index, *value) : put_nothing(index);
}

void statement::put(int index, const std::optional<std::int64_t>& value) {
    value ? put(index, *value) : put_nothing(index);
}

void statement::put_nothing(int index) {
    check(sqlite3_bind_null(prepared_.get(), index));
}

transaction::transaction(const database& of) : of_(of) {
    of_.execute("BEGIN IMMEDIATE");
}

transaction::~transaction() {
    if (!open_) return;
    try {
        of_.execute("ROLLBACK");
    } catch (const std::exception&) {
        return;  // SQLite has rolled back by itself
    }
}

void transaction::commit() {
    of_.execute("COMMIT");
    open_ = false;
}

}  // namespace ipcmark
