#include "harness/result/clock_flags.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "harness/measure/clock_check.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

double to_ns(const shared_clock& clock, std::int64_t ticks) {
    const auto size = static_cast<std::uint64_t>(std::abs(ticks));
    const auto ns = static_cast<double>(clock.to_ns(0, size));
    return ticks < 0 ? -ns : ns;
}

std::optional<double> median_of(const ordered_json& cell, const char* metric) {
    const auto& summary = cell.at("summary");
    const auto at = summary.find(metric);
    if (at == summary.end() || !at->at("median").is_number()) return std::nullopt;
    return at->at("median").get<double>();
}

bool timer_shows(const ordered_json& cell, double stamp_cost_ns) {
    constexpr double agreement = 0.10;
    const auto block_ns = median_of(cell, "block_mean_ns");
    if (!block_ns) return false;
    const auto agrees = [&](const char* metric) {
        const auto timed_ns = median_of(cell, metric);
        return timed_ns && std::abs(*timed_ns - stamp_cost_ns - *block_ns) <= agreement * *block_ns;
    };
    return !agrees("mean_ns") && !agrees("p50_ns");
}

}  // namespace

ordered_json offset_block(const clock_offset_bound& bound, const shared_clock& clock, int first_cpu,
                          int second_cpu, const char* when) {
    const double low_ns = -to_ns(clock, bound.least_back_ticks);
    const double high_ns = to_ns(clock, bound.least_out_ticks);
    return {{"cpus", {first_cpu, second_cpu}},
            {"when", when},
            {"low_ns", low_ns},
            {"high_ns", high_ns},
            {"uncertainty_ns", (high_ns - low_ns) / 2},
            {"consistent", bound.consistent()}};
}

void conclude_clock(ordered_json& clock, std::int64_t suspended_ns) {
    clock_findings found{clock.at("stamp_cost_ns").get<double>(),
                         clock.at("drift_ppm").get<double>(), suspended_ns, true};
    std::optional<double> uncertainty_ns;
    if (const auto offsets = clock.find("offsets"); offsets != clock.end())
        for (const auto& each : *offsets) {
            uncertainty_ns =
                std::max(uncertainty_ns.value_or(0), each.at("uncertainty_ns").get<double>());
            found.offsets_consistent &= each.at("consistent").get<bool>();
        }
    clock["uncertainty_ns"] =
        uncertainty_ns ? ordered_json(*uncertainty_ns) : ordered_json(nullptr);
    clock["suspended_ns"] = suspended_ns;
    clock["faults"] = clock_faults(found);
    clock["degraded"] = !clock["faults"].empty();
}

void add_clock_flags(ordered_json& document) {
    const auto clock = document.find("clock");
    if (clock == document.end()) return;
    const bool degraded = clock->value("degraded", false);
    const double stamp_cost_ns = clock->value("stamp_cost_ns", 0.0);
    for (auto& cell : document.at("cells")) {
        if (cell.at("summary").empty()) continue;
        if (degraded) cell["flags"].push_back("clock_degraded");
        if (timer_shows(cell, stamp_cost_ns)) cell["flags"].push_back("timer_dominated");
    }
}

}  // namespace ipcmark
