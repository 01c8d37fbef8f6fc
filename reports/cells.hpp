#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

/// What every renderer asks a result about.
namespace ipcmark {

/// One figure of a cell that has tables of its own: rows are mechanisms, columns are payloads.
struct figure {
    const char* title;
    const char* pattern;
    const char* key;
    std::string (*text)(double);
    bool lower_is_better;
};

const std::vector<figure>& table_figures();

std::optional<double> median_of(const nlohmann::ordered_json& cell, const char* key);

/// A word for a cell without a figure: "limit", "failed", "few samples".
std::string absence(const nlohmann::ordered_json& cell, const char* key);

/// "rate 10 k/s", "after 1.00 ms"; empty for a cell without a parameter.
std::string parameter_text(const nlohmann::ordered_json& cell);

/// In the order in which the cells name them.
std::vector<std::string> placements_of(const nlohmann::ordered_json& result);

bool loses_messages(const nlohmann::ordered_json& cell);

/// The instrument's own cost is a reference, never a competitor.
inline constexpr const char* instrument_name = "null";

/// One figure over one placement. Mechanisms without a payload (notifications) have a grid of
/// their own: `payload` picks which.
enum class carries : bool { nothing, payload };

class grid {
public:
    grid(const nlohmann::ordered_json& result, const figure& what, const std::string& placement,
         carries group);

    /// Best of the first column first; the instrument last.
    const std::vector<std::string>& rows() const { return order_; }
    const std::vector<std::size_t>& payloads() const { return payloads_; }
    /// nullptr: not planned.
    const nlohmann::ordered_json* cell(const std::string& row, std::size_t payload) const;
    std::optional<double> value(const std::string& row, std::size_t payload) const;
    bool is_best(const std::string& row, std::size_t payload) const;
    bool empty() const { return best_.empty(); }
    const figure& what() const { return what_; }

private:
    void note(const nlohmann::ordered_json& cell, const std::string& name, std::size_t bytes);
    void sort_rows();

    figure what_;
    std::vector<std::string> order_;
    std::vector<std::size_t> payloads_;
    std::map<std::string, std::map<std::size_t, const nlohmann::ordered_json*>> cells_;
    std::map<std::size_t, double> best_;
};

/// "At 64 B the fastest round trip is shm_ring_spin: 425 ns (p50), 1.2x the floor." and its like,
/// for the placement that most cells ended ok in.
std::vector<std::string> headlines(const nlohmann::ordered_json& result);

/// Machine, kernel, host, date and version on one line.
std::string host_line(const nlohmann::ordered_json& result);

/// How far to trust it: spawns, intervals, noise of the host, cells without a figure.
std::string trust_line(const nlohmann::ordered_json& result);

/// Cells without a figure: "skipped: reason" -> names.
std::map<std::string, std::vector<std::string>> gaps(const nlohmann::ordered_json& result);

/// The figures of the patterns that have no payload table.
struct listed_pattern {
    const char* pattern;
    const char* title;
    struct column {
        const char* head;
        const char* key;
        std::string (*text)(double);
    };
    std::vector<column> columns;
};

const std::vector<listed_pattern>& listed_patterns();

/// The ok cells of a listed pattern.
std::vector<const nlohmann::ordered_json*> cells_of(const nlohmann::ordered_json& result,
                                                    const char* pattern);

}  // namespace ipcmark
