#include "harness/analysis/trade_off.hpp"

#include <algorithm>
#include <limits>

namespace ipcmark {

namespace {

struct priced_latency {
    std::size_t position = 0;  // in the group
    double cpu_ns = 0;
    double latency_ns = 0;
    bool burns_core = false;
};

std::string_view latency_of_most(const run_result& result, const cell_group& group) {
    const auto having = [&](std::string_view metric) {
        return std::count_if(group.cells.begin(), group.cells.end(), [&](std::size_t i) {
            const cell_result& cell = result.cells[i];
            return cell.ended == status::ok && cell.mechanism != instrument_name &&
                   cell.median(metric);
        });
    };
    const auto with_p99 = having("p99_ns");
    return with_p99 > 0 && 2 * with_p99 >= having("p50_ns") ? "p99_ns" : "p50_ns";
}

/// Of a list by CPU time: those that are faster than all cheaper ones.
void mark_frontier(const std::vector<priced_latency>& by_cpu, bool sleepers_only, frontier mark,
                   std::vector<frontier>& found) {
    double fastest = std::numeric_limits<double>::infinity();
    for (const auto& each : by_cpu) {
        if ((sleepers_only && each.burns_core) || !(each.latency_ns < fastest)) continue;
        fastest = each.latency_ns;
        found[each.position] = mark;
    }
}

}  // namespace

std::optional<trade_off> trade_off_of(const run_result& result, const cell_group& group) {
    if (!pattern_of(group.kind).plain_exchange()) return std::nullopt;
    trade_off found{std::string(latency_of_most(result, group)),
                    std::vector<frontier>(group.cells.size(), frontier::none)};
    std::vector<priced_latency> by_cpu;
    bool has_any = false;
    for (std::size_t i = 0; i < group.cells.size(); ++i) {
        const cell_result& cell = result.cells[group.cells[i]];
        const auto latency = cell.median(found.latency);
        const auto cpu = cell.median("cpu_ns_per_message");
        if (cell.ended != status::ok || cell.mechanism == instrument_name || !latency || !cpu ||
            *latency <= 0 || *cpu <= 0)
            continue;
        has_any = true;
        found.frontiers[i] = is_lossy(result, cell) ? frontier::apart : frontier::beaten;
        if (found.frontiers[i] == frontier::beaten)
            by_cpu.push_back({i, *cpu, *latency, waiting_of(result, cell) == waiting::burns_core});
    }
    if (!has_any) return std::nullopt;
    std::stable_sort(by_cpu.begin(), by_cpu.end(), [](const auto& a, const auto& b) {
        return std::pair(a.cpu_ns, a.latency_ns) < std::pair(b.cpu_ns, b.latency_ns);
    });
    mark_frontier(by_cpu, true, frontier::sleepers, found.frontiers);
    mark_frontier(by_cpu, false, frontier::all, found.frontiers);
    return found;
}

}  // namespace ipcmark
