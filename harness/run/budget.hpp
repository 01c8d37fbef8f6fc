#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/result/progress.hpp"

namespace ipcmark {

/// Where a time budget goes. The rule is fixed beforehand, looks at the widths of the intervals
/// alone (never at the figures, never at a p-value), and does not stop a cell on one lucky narrow
/// interval:
///  1. Every cell runs in each of the first `least_rounds` rounds.
///  2. Then comes a checkpoint, and another one after every `stretch_rounds` rounds. There each
///     cell's relative half-width h = (high - low) / (2 median) is taken from all its repetitions
///     so far, or from the undisturbed ones where it had enough of them at its first checkpoint; an
///     interval that cannot be had counts as the widest of all.
///  3. Until the next checkpoint the cells take part in rounds in proportion to h squared, which is
///     what the number of repetitions that a width needs goes with: the widest in every round of
///     the stretch, the others in at least two, evenly apart.
///  4. A cell rests only when h was at most `target` at two checkpoints running, or at
///  `most_repetitions`. A cell that rests does not come back.
struct budget_rule {
    std::uint64_t least_rounds = 6;
    std::uint64_t stretch_rounds = 5;
    std::uint64_t most_repetitions = 60;  // of one cell
    double target = 0.03;
};

/// The rule for a plan of so many repetitions a cell: no more than they before the first
/// checkpoint, and up to three times as many where the figures need it.
budget_rule budget_rule_of(std::uint64_t planned_repetitions);

/// The rule's state over the rounds of one run. Pure: no clock, no chance.
class repetition_budget {
public:
    repetition_budget(std::size_t cells, const budget_rule& rule);

    /// Whether the cell runs in this round, counted from 0.
    bool takes_part(std::size_t cell, std::uint64_t round) const;
    /// Whether progress is to be taken before this round.
    bool is_checkpoint(std::uint64_t round) const;
    /// `progress` has one entry a cell.
    void checkpoint(std::uint64_t round, const std::vector<cell_progress>& progress);
    /// Whether every cell rests.
    bool all_rest() const;
    const budget_rule& rule() const noexcept { return rule_; }

private:
    struct allotment {
        std::uint64_t turns;     // of the stretch's rounds
        unsigned narrow_in_row;  // checkpoints
        bool rests;
    };

    budget_rule rule_;
    std::uint64_t stretch_start_ = 0;
    std::vector<allotment> cells_;
};

/// The rule in one sentence, for a result's plan block.
std::string budget_sentence(const budget_rule& rule);

}  // namespace ipcmark
