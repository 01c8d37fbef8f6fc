#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "harness/contract/planned_cell.hpp"
#include "harness/result/progress.hpp"
#include "harness/result/record.hpp"

namespace ipcmark {

/// Everything of one invocation, as it grows. Cells never vanish: one without a spawn says why.
class sitting {
public:
    /// `header`: the document's blocks that are known before the first spawn (schema, context,
    /// environment, build, clock, topology, plan, mechanisms).
    sitting(nlohmann::ordered_json header, const std::vector<planned_cell>& cells,
            std::uint64_t spawns_planned);
    /// Restores from a journal's first line.
    explicit sitting(const nlohmann::ordered_json& first_line);

    /// The journal's first line; every later one is to_json(spawn_record) or what amend() returned.
    nlohmann::ordered_json first_line() const;
    void add(spawn_record record);
    /// Sets blocks of the header; the journal's line about it.
    nlohmann::ordered_json amend(const nlohmann::ordered_json& blocks);
    /// Takes a later line of a journal. Throws where it is none.
    void restore(const nlohmann::ordered_json& line);

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
        std::vector<nlohmann::ordered_json> counting;
    };

    /// Adds a spawn's figures; those that were accepted count for the estimates.
    static void add_figures(cell_record& to, const spawn_record& record, bool accepted);
    void share_idle(const cell_record& from, const spawn_record& record);
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

}  // namespace ipcmark
