#include "harness/analysis/noise_verdict.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "harness/contract/patterns.hpp"
#include "harness/result/metrics.hpp"
#include "harness/stats/binomial.hpp"
#include "harness/stats/order.hpp"

namespace ipcmark {

namespace {

/// Upper ends of quiet, usable and noisy; beyond the last: unusable.
struct verdict_bounds {
    std::array<double, 3> up_to;
};
constexpr verdict_bounds by_resolution{{0.05, 0.15, 0.5}};  // relative
constexpr verdict_bounds by_disturbed{{0.05, 0.2, 0.5}};    // share of the repetitions
constexpr std::array<std::string_view, 4> verdicts{"quiet", "usable", "noisy", "unusable"};

std::size_t level_of(double value, const verdict_bounds& bounds) {
    return static_cast<std::size_t>(std::count_if(bounds.up_to.begin(), bounds.up_to.end(),
                                                  [&](double bound) { return value > bound; }));
}

/// Of a cell's main figure: of its interval, or of its range where too few repetitions give none.
std::optional<double> relative_half_width(const cell_result& cell) {
    const metric_summary* figures = cell.find(pattern_of(cell.kind).main_metric);
    if (figures == nullptr || !figures->median || *figures->median <= 0 || figures->n < 2)
        return std::nullopt;
    const auto low = figures->low ? figures->low : figures->min;
    const auto high = figures->high ? figures->high : figures->max;
    if (!low || !high) return std::nullopt;
    return (*high - *low) / (2 * *figures->median);
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
    std::size_t resting_cells = 0;  // whose figures rest on disturbed ones, too
    std::vector<gate_count> rows;

    std::size_t all() const { return by_quality[0] + by_quality[1] + by_quality[2]; }
    double disturbed_share() const {
        return static_cast<double>(by_quality[2]) / static_cast<double>(all());
    }
};

void count_reasons(const repetition_noise& noise, std::vector<gate_count>& rows) {
    for (const auto& text : noise.reasons) {
        const gate_row* row = row_of_reason(text);
        if (row == nullptr) continue;
        auto at = std::find_if(rows.begin(), rows.end(),
                               [&](const auto& each) { return each.row == row->key; });
        if (at == rows.end())
            at = rows.insert(at, {std::string(row->key), 0, std::string(row->meaning),
                                  std::string(row->remedy)});
        ++at->disturbed;
    }
}

tally count(const run_result& result) {
    tally counted;
    for (const auto& record : result.repetitions) {
        if (!record.timed) continue;
        if (record.timed->how) ++counted.by_quality[static_cast<std::size_t>(*record.timed->how)];
        if (record.timed->attempt > 0) ++counted.rerun;
        if (record.timed->how == quality::disturbed && record.timed->noise)
            count_reasons(*record.timed->noise, counted.rows);
    }
    std::stable_sort(counted.rows.begin(), counted.rows.end(),
                     [](const auto& a, const auto& b) { return a.disturbed > b.disturbed; });
    for (const auto& cell : result.cells)
        counted.resting_cells +=
            cell.repetitions_disturbed > 0 && cell.repetitions_excluded == 0 ? 1 : 0;
    return counted;
}

std::string counts_text(const tally& counted) {
    std::string text = fmt::format(
        "{} of {} timed repetition{} {} disturbed", counted.by_quality[2], counted.all(),
        counted.all() == 1 ? "" : "s", counted.by_quality[2] == 1 ? "was" : "were");
    if (counted.rerun > 0)
        text +=
            fmt::format(", {} {} run again", counted.rerun, counted.rerun == 1 ? "was" : "were");
    if (counted.resting_cells > 0)
        text += fmt::format(", the figures of {} {} include them", counted.resting_cells,
                            counted.resting_cells == 1 ? "cell" : "cells");
    return text;
}

/// What took most, where anything did: the busiest other program and the busiest device.
std::string culprits_text(const watch_info& watch) {
    constexpr double worth_telling_cpus = 0.05;
    constexpr double worth_telling_per_s = 1000;
    std::string text;
    if (!watch.others.empty() && watch.others.front().cpus >= worth_telling_cpus) {
        const foreign_task& most = watch.others.front();
        text = fmt::format(" Besides, {} ({}) took {:.2f} CPUs.", most.name,
                           most.processes == 1 ? fmt::format("process {}", most.pid)
                                               : fmt::format("{} processes", most.processes),
                           most.cpus);
    }
    if (!watch.interrupts.empty() && watch.interrupts.front().per_second >= worth_telling_per_s)
        text += fmt::format(" {} interrupted the CPUs in use {:.0f} times a second.",
                            watch.interrupts.front().device, watch.interrupts.front().per_second);
    return text;
}

constexpr std::string_view by_range = " (by ranges: six repetitions are needed for intervals)";

bool has_intervals(const run_result& result) {
    return std::any_of(result.cells.begin(), result.cells.end(), [](const cell_result& cell) {
        const metric_summary* figures = cell.find(pattern_of(cell.kind).main_metric);
        return figures != nullptr && figures->low.has_value();
    });
}

std::string verdict_text(const run_result& result, const tally& counted,
                         const std::optional<double>& ratio) {
    std::string text = counts_text(counted);
    text += ratio ? fmt::format("; differences below {:.1f} % are noise here{}.",
                                100 * (*ratio - 1), has_intervals(result) ? "" : by_range)
                  : std::string("; too few repetitions to say which differences are noise.");
    if (!counted.rows.empty() && counted.disturbed_share() > by_disturbed.up_to[0])
        text +=
            fmt::format(" Most often {} was too high ({} of {}): {}.", counted.rows[0].row,
                        counted.rows[0].disturbed, counted.by_quality[2], counted.rows[0].meaning);
    text += culprits_text(result.header.watch);
    return text;
}

tree gate_tree(const noise_gate& by) {
    tree rows;
    for (const gate_row& row : gate)
        rows[row.key] = tree::members{{"quiet", by.bounds(row).quiet},
                                      {"usable", by.bounds(row).usable},
                                      {"meaning", row.meaning},
                                      {"remedy", row.remedy}};
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

void add_disturbed_flags(run_result& result) {
    constexpr double chance = 0.01;
    struct tries {
        std::size_t all = 0;
        std::size_t disturbed = 0;
        void add(const repetition_record& record) {
            ++all;
            disturbed += record.is_disturbed() ? 1 : 0;
        }
    };
    tries run;
    std::map<std::string, tries> by_cell;
    for (const auto& record : result.repetitions) {
        if (!record.timed || !record.timed->how) continue;
        run.add(record);
        by_cell[record.cell].add(record);
    }
    if (run.disturbed == 0) return;
    const double share = static_cast<double>(run.disturbed) / static_cast<double>(run.all);
    for (auto& cell : result.cells) {
        const tries& its = by_cell[cell.name];
        if (its.disturbed >= 2 && binomial_at_least(its.disturbed, its.all, share) < chance)
            cell.flags.emplace_back("disturbed");
    }
}

std::optional<noise_info> noise_verdict(const run_result& result) {
    const tally counted = count(result);
    if (counted.all() == 0) return std::nullopt;
    const auto ratio = smallest_ratio(result.cells);
    const std::size_t level = std::max(level_of(counted.disturbed_share(), by_disturbed),
                                       ratio ? level_of(*ratio - 1, by_resolution) : 0);
    const bool mostly_by_one = !counted.rows.empty() && level > 0;
    const watch_info& watch = result.header.watch;
    return noise_info{std::string(verdicts.at(level)),
                      verdict_text(result, counted, ratio),
                      mostly_by_one ? counted.rows.front().remedy : std::string(),
                      {counted.by_quality[0], counted.by_quality[1], counted.by_quality[2]},
                      counted.rows,
                      counted.rerun,
                      ratio,
                      gate_tree({watch.rule, watch.baseline})};
}

}  // namespace ipcmark
