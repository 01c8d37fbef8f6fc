#include "harness/run/budget.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "harness/stats/order.hpp"

namespace ipcmark {

repetition_budget::repetition_budget(std::size_t cells, const budget_rule& rule)
    : rule_(rule), cells_(cells, allotment{rule.stretch_rounds, 0, false}) {}

bool repetition_budget::is_checkpoint(std::uint64_t round) const {
    return round >= rule_.least_rounds && (round - rule_.least_rounds) % rule_.stretch_rounds == 0;
}

bool repetition_budget::takes_part(std::size_t cell, std::uint64_t round) const {
    const allotment& given = cells_.at(cell);
    if (given.rests) return false;
    if (round < rule_.least_rounds) return true;
    // Evenly apart; cells start at different places, so that no round of a stretch is crowded.
    const std::uint64_t n = rule_.stretch_rounds;
    const std::uint64_t at = (round - stretch_start_ + cell) % n;
    return (at + 1) * given.turns / n > at * given.turns / n;
}

void repetition_budget::checkpoint(std::uint64_t round,
                                   const std::vector<cell_progress>& progress) {
    // With fewer, two checkpoints running would look at nearly the same repetitions.
    const std::uint64_t least_turns = std::min<std::uint64_t>(2, rule_.stretch_rounds);
    stretch_start_ = round;
    double widest = 0;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        const cell_progress& now = progress.at(i);
        const bool narrow = now.half_width && *now.half_width <= rule_.target;
        cells_[i].narrow_in_row = narrow ? cells_[i].narrow_in_row + 1 : 0;
        if (now.given_up || cells_[i].narrow_in_row >= 2 ||
            now.repetitions >= rule_.most_repetitions)
            cells_[i].rests = true;
        if (!cells_[i].rests) widest = std::max(widest, now.half_width.value_or(0));
    }
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        const double share =
            progress[i].half_width && widest > 0 ? *progress[i].half_width / widest : 1;
        const double turns = std::round(static_cast<double>(rule_.stretch_rounds) * share * share);
        const std::uint64_t left =
            rule_.most_repetitions - std::min(rule_.most_repetitions, progress[i].repetitions);
        cells_[i].turns = std::min(std::clamp<std::uint64_t>(static_cast<std::uint64_t>(turns),
                                                             least_turns, rule_.stretch_rounds),
                                   left);
    }
}

bool repetition_budget::all_rest() const {
    return std::all_of(cells_.begin(), cells_.end(), [](const auto& each) { return each.rests; });
}

budget_rule budget_rule_of(std::uint64_t planned_repetitions) {
    budget_rule rule;
    rule.least_rounds = std::clamp<std::uint64_t>(planned_repetitions, 1, rule.least_rounds);
    rule.most_repetitions = 3 * std::max<std::uint64_t>(planned_repetitions, 1);
    return rule;
}

std::string budget_sentence(const budget_rule& rule) {
    return fmt::format(
        "{} rounds of every cell, then checkpoints every {} rounds: cells run in proportion to the "
        "square of their interval's relative half-width over all repetitions so far, and rest only "
        "at "
        "{:g} % at two checkpoints running or at {} repetitions",
        rule.least_rounds, rule.stretch_rounds, 100 * rule.target, rule.most_repetitions);
}

}  // namespace ipcmark
