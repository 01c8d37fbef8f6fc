#include "harness/analysis/clock_flags.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/analysis/clock_faults.hpp"
#include "harness/stats/order.hpp"

namespace ipcmark {

namespace {

double to_ns(const shared_clock& clock, std::int64_t ticks) {
    const auto size = static_cast<std::uint64_t>(std::abs(ticks));
    const auto ns = static_cast<double>(clock.to_ns(0, size));
    return ticks < 0 ? -ns : ns;
}

using repetitions_of_cell = std::vector<const repetition_record*>;

std::map<std::string, repetitions_of_cell> by_cell(const run_result& result) {
    std::map<std::string, repetitions_of_cell> all;
    for (const auto& record : result.repetitions)
        all[record.cell].push_back(&record);
    return all;
}

/// The median over repetitions of what the timed phase said, less one reading, over what the blocks
/// of the same repetition said; nullopt where none has both.
std::optional<double> over_block(const repetitions_of_cell& repetitions, const char* metric,
                                 double stamp_cost_ns) {
    std::vector<double> ratios;
    for (const repetition_record* each : repetitions) {
        const auto timed = each->metrics.find(metric);
        const auto block = each->metrics.find("block_mean_ns");
        if (timed == each->metrics.end() || block == each->metrics.end()) continue;
        if (!timed->second || block->second.value_or(0) <= 0) continue;
        ratios.push_back((*timed->second - stamp_cost_ns) / *block->second);
    }
    return ratios.empty() ? std::nullopt : std::optional(median(std::move(ratios)));
}

bool timer_shows(const repetitions_of_cell& repetitions, double stamp_cost_ns) {
    constexpr double agreement = 0.10;
    const auto mean = over_block(repetitions, "mean_ns", stamp_cost_ns);
    const auto middle = over_block(repetitions, "p50_ns", stamp_cost_ns);
    const auto agrees = [](const std::optional<double>& ratio) {
        return ratio && std::abs(*ratio - 1) <= agreement;
    };
    return (mean || middle) && !agrees(mean) && !agrees(middle);
}

}  // namespace

clock_offset_info offset_info(const clock_offset_bound& bound, const shared_clock& clock,
                              std::vector<int> cpus, const char* when) {
    const double low_ns = -to_ns(clock, bound.least_back_ticks);
    const double high_ns = to_ns(clock, bound.least_out_ticks);
    return {std::move(cpus), when, low_ns, high_ns, (high_ns - low_ns) / 2, bound.consistent()};
}

void conclude_clock(clock_info& clock, std::int64_t suspended_ns) {
    clock_findings found{clock.stamp_cost_ns, clock.drift_ppm.value_or(0), suspended_ns, true};
    clock.uncertainty_ns.reset();
    for (const auto& each : clock.offsets) {
        clock.uncertainty_ns = std::max(clock.uncertainty_ns.value_or(0), each.uncertainty_ns);
        found.offsets_consistent &= each.consistent;
    }
    clock.suspended_ns = suspended_ns;
    clock.faults = clock_faults(found);
    clock.degraded = !clock.faults.empty();
}

void add_clock_flags(run_result& result) {
    const clock_info& clock = result.header.clock;
    const auto repetitions = by_cell(result);
    for (auto& cell : result.cells) {
        if (cell.summary.empty()) continue;
        if (clock.degraded) cell.flags.emplace_back("clock_degraded");
        const auto its = repetitions.find(cell.name);
        if (its != repetitions.end() && timer_shows(its->second, clock.stamp_cost_ns))
            cell.flags.emplace_back("timer_dominated");
    }
}

}  // namespace ipcmark
