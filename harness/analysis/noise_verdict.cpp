#include "harness/analysis/noise_verdict.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "harness/result/metrics.hpp"
#include "harness/stats/order.hpp"

namespace ipcmark {

namespace {

constexpr double quiet_share = 0.1;
constexpr double unusable_share = 0.5;

std::optional<double> relative_half_width(const cell_result& cell) {
    for (const auto key : headline_metrics) {
        const metric_summary* figures = cell.find(key);
        if (figures == nullptr || !figures->median) continue;
        if (!figures->low || !figures->high || *figures->median <= 0) return std::nullopt;
        return (*figures->high - *figures->low) / (2 * *figures->median);
    }
    return std::nullopt;
}

std::optional<double> smallest_ratio(const std::vector<cell_result>& cells) {
    std::vector<double> widths;
    for (const auto& cell : cells)
        if (const auto width = relative_half_width(cell)) widths.push_back(*width);
    if (widths.empty()) return std::nullopt;
    return 1 + std::sqrt(2.0) * median(std::move(widths));
}

struct tally {
    std::array<std::size_t, 3> by_quality{};  // in the order of the enumeration
    std::size_t rerun = 0;
    std::size_t flagged_cells = 0;

    std::size_t all() const { return by_quality[0] + by_quality[1] + by_quality[2]; }
    double disturbed_share() const {
        return static_cast<double>(by_quality[2]) / static_cast<double>(all());
    }
    std::string_view verdict() const {
        if (disturbed_share() > unusable_share) return "unusable";
        return disturbed_share() > quiet_share || flagged_cells > 0 ? "noisy" : "quiet";
    }
};

tally count(const run_result& result) {
    tally counted;
    for (const auto& record : result.repetitions) {
        if (!record.timed) continue;
        if (record.timed->how) ++counted.by_quality[static_cast<std::size_t>(*record.timed->how)];
        if (record.timed->attempt > 0) ++counted.rerun;
    }
    for (const auto& cell : result.cells)
        counted.flagged_cells += cell.has_flag("disturbed") ? 1 : 0;
    return counted;
}

std::string verdict_text(const tally& counted, const std::optional<double>& ratio) {
    std::string text = fmt::format("{} of {} timed repetitions were disturbed",
                                   counted.by_quality[2], counted.all());
    if (counted.rerun > 0) text += fmt::format(", {} were run again", counted.rerun);
    if (counted.flagged_cells > 0)
        text += fmt::format(", {} {} on them", counted.flagged_cells,
                            counted.flagged_cells == 1 ? "cell rests" : "cells rest");
    text += ratio ? fmt::format("; differences below {:.1f} % are noise here.", 100 * (*ratio - 1))
                  : std::string("; too few repetitions to say which differences are noise.");
    return text;
}

tree gate_tree() {
    tree rows;
    for (const gate_row& row : gate)
        rows[row.key] =
            tree::members{{"quiet", row.quiet}, {"usable", row.usable}, {"meaning", row.meaning}};
    return tree::members{
        {"rows", std::move(rows)},
        {"own_delay_per_switch_ns", own_delay_per_switch_ns},
        {"longest_single_gap_ns", longest_single_gap_ns},
        {"rule",
         "a bound is passed only by what exceeds it by more than the reading's resolution (a "
         "jiffy for foreign_cpu and steal); never by the measured outcome"}};
}

}  // namespace

bool estimates_from_accepted(std::size_t first_tries, std::size_t accepted) {
    return accepted > 0 && 2 * accepted >= first_tries;
}

std::optional<noise_info> noise_verdict(const run_result& result) {
    const tally counted = count(result);
    if (counted.all() == 0) return std::nullopt;
    const auto ratio = smallest_ratio(result.cells);
    return noise_info{std::string(counted.verdict()),
                      verdict_text(counted, ratio),
                      {counted.by_quality[0], counted.by_quality[1], counted.by_quality[2]},
                      counted.rerun,
                      ratio,
                      gate_tree()};
}

}  // namespace ipcmark
