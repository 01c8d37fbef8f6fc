#include "harness/analysis/clock_flags.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/analysis/clock_faults.hpp"
#include "harness/stats/order.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

double to_ns(const shared_clock& clock, std::int64_t ticks) {
    const auto size = static_cast<std::uint64_t>(std::abs(ticks));
    const auto ns = static_cast<double>(clock.to_ns(0, size));
    return ticks < 0 ? -ns : ns;
}

using spawns_of_cell = std::vector<const ordered_json*>;

std::map<std::string, spawns_of_cell> by_cell(const ordered_json& document) {
    std::map<std::string, spawns_of_cell> spawns;
    if (const auto all = document.find("benchmarks"); all != document.end())
        for (const auto& spawn : *all)
            spawns[spawn.at("ipc").value("cell", "")].push_back(&spawn);
    return spawns;
}

/// The median over spawns of what the timed phase said, less one reading, over what the blocks of
/// the same spawn said; nullopt where no spawn has both.
std::optional<double> over_block(const spawns_of_cell& spawns, const char* metric,
                                 double stamp_cost_ns) {
    std::vector<double> ratios;
    for (const ordered_json* spawn : spawns) {
        const auto timed = spawn->find(metric);
        const auto block = spawn->find("block_mean_ns");
        if (timed == spawn->end() || block == spawn->end()) continue;
        if (!timed->is_number() || !block->is_number() || block->get<double>() <= 0) continue;
        ratios.push_back((timed->get<double>() - stamp_cost_ns) / block->get<double>());
    }
    return ratios.empty() ? std::nullopt : std::optional(median(std::move(ratios)));
}

bool timer_shows(const spawns_of_cell& spawns, double stamp_cost_ns) {
    constexpr double agreement = 0.10;
    const auto mean = over_block(spawns, "mean_ns", stamp_cost_ns);
    const auto middle = over_block(spawns, "p50_ns", stamp_cost_ns);
    const auto agrees = [](const std::optional<double>& ratio) {
        return ratio && std::abs(*ratio - 1) <= agreement;
    };
    return (mean || middle) && !agrees(mean) && !agrees(middle);
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
    const auto spawns = by_cell(document);
    for (auto& cell : document.at("cells")) {
        if (cell.at("summary").empty()) continue;
        if (degraded) cell["flags"].push_back("clock_degraded");
        const auto its = spawns.find(cell.value("name", ""));
        if (its != spawns.end() && timer_shows(its->second, stamp_cost_ns))
            cell["flags"].push_back("timer_dominated");
    }
}

}  // namespace ipcmark
