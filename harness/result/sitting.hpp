#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "harness/plan/budget.hpp"
#include "harness/plan/plan.hpp"

namespace ipcmark {

enum class spawn_purpose : std::uint8_t { verify, timed, counting };

/// One spawn as the journal and the document keep it: all plain data.
struct spawn_record {
    std::string cell_name;
    spawn_purpose purpose = spawn_purpose::timed;
    std::optional<failure> failed;
    std::map<std::string, std::optional<double>> metrics;  // by metric key
    nlohmann::ordered_json entry;  // timed: the benchmarks[] entry; otherwise its block in the cell
    std::vector<std::pair<std::size_t, std::uint64_t>> latency_buckets;
};

nlohmann::ordered_json to_json(const spawn_record& record);
spawn_record spawn_record_from_json(const nlohmann::ordered_json& line);

/// Builds the record of a finished spawn. `entry` brings what Google Benchmark says of it.
spawn_record make_record(const cell& what, spawn_purpose purpose, const spawn_result& spawn,
                         const shared_clock& clock, nlohmann::ordered_json entry);

/// Everything of one invocation, as it grows. Cells never vanish: one without a spawn says why.
class sitting {
public:
    /// `header`: the document's blocks that are known before the first spawn (schema, context,
    /// environment, build, clock, topology, plan, mechanisms).
    sitting(nlohmann::ordered_json header, const plan& what);
    /// Restores from a journal's first line.
    explicit sitting(const nlohmann::ordered_json& first_line);

    /// The journal's first line; every later line is to_json(spawn_record).
    nlohmann::ordered_json first_line() const;
    void add(spawn_record record);

    /// Whether a cell failed, so that later rounds leave it out.
    bool given_up(const std::string& cell_name) const;

    /// How far a cell is: its timed spawns and how sure its main metric is by now.
    cell_progress progress(const std::string& cell_name) const;

    /// The whole result document (ipcmark.result 1.x).
    nlohmann::ordered_json document(bool complete, const std::string& incomplete_reason) const;

    nlohmann::ordered_json& header() noexcept { return header_; }
    std::size_t spawns() const noexcept { return spawns_; }
    double measuring_s() const noexcept { return measuring_s_; }
    std::size_t failed_cells() const;

private:
    struct cell_record {
        nlohmann::ordered_json planned;  // name, coordinates, cpus
        std::optional<failure> ended;    // skipped or given up
        std::vector<failure> failures;
        std::vector<nlohmann::ordered_json> entries;
        std::map<std::string, std::vector<double>> metrics;
        std::map<std::size_t, std::uint64_t> latency_buckets;
        // The same without contaminated spawns.
        std::map<std::string, std::vector<double>> accepted_metrics;
        std::map<std::size_t, std::uint64_t> accepted_buckets;
        std::size_t first_tries = 0;
        std::size_t accepted = 0;
        nlohmann::ordered_json verify;
        nlohmann::ordered_json counting;
    };

    /// The figures that a cell's estimates, flags and progress rest on: see noise_block.hpp.
    static bool rests_on_accepted(const cell_record& record);
    static const std::map<std::string, std::vector<double>>& metrics_of(const cell_record& record);
    nlohmann::ordered_json cell_block(const cell_record& record) const;
    static std::vector<std::string> flags_of(const cell_record& record);

    nlohmann::ordered_json header_;
    std::vector<cell_record> cells_;
    std::map<std::string, std::size_t> index_;
    std::uint64_t spawns_planned_ = 0;
    std::size_t spawns_ = 0;
    double measuring_s_ = 0;
};

/// Dumps strict JSON: no NaN, control characters escaped, broken UTF-8 replaced.
std::string dump_document(const nlohmann::ordered_json& document);

}  // namespace ipcmark
