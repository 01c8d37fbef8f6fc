#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/analysis/calibration.hpp"
#include "harness/result/repetition_record.hpp"

namespace ipcmark {

/// The figures of two variants that ran next to each other, round by round.
class paired_figures {
public:
    /// The last try of one variant's repetition; one that failed ends the cell.
    void add(const repetition_record& record, std::uint64_t round, std::size_t variant);

    void fail(const std::string& cell, const failure& why) { failures_.try_emplace(cell, why); }

    bool given_up(const std::string& cell) const { return failures_.contains(cell); }
    const std::map<std::string, failure>& failures() const noexcept { return failures_; }

    /// ln(b / a) by metric, the adverse direction positive, of the cells that did not fail, over
    /// those of the first `rounds` rounds in which both have it, and how many lack it. Metrics that
    /// a cell never has are left out. Kinds: "same_cpu" by placement; else "sleeps" or "spins" by
    /// half a voluntary switch a message, over all repetitions.
    std::vector<identical_pair> log_ratios(const std::vector<std::string>& cells,
                                           std::uint64_t rounds) const;

private:
    using figures = std::map<std::string, std::optional<double>>;
    using rounds_of_cell = std::map<std::uint64_t, std::array<std::optional<figures>, 2>>;

    static std::string kind_of(const std::string& cell, const rounds_of_cell& measured);

    std::map<std::string, rounds_of_cell> cells_;
    std::map<std::string, failure> failures_;
};

}  // namespace ipcmark
