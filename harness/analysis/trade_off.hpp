#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/analysis/standings.hpp"

/// What a mechanism's latency costs: the Pareto frontier of latency and CPU time.
namespace ipcmark {

enum class frontier : std::uint8_t {
    none,      // the instrument, or a figure is missing
    apart,     // it loses messages: another thing was measured
    beaten,    // another one is at least as good on both
    sleepers,  // nobody is, among those that do not burn a core while idle
    all,       // nobody is
};

template <>
struct spelling<frontier> {
    static constexpr std::array words{
        std::pair{frontier::none, "none"}, std::pair{frontier::apart, "apart"},
        std::pair{frontier::beaten, "beaten"}, std::pair{frontier::sleepers, "sleepers"},
        std::pair{frontier::all, "all"}};
};

struct trade_off {
    std::string latency;              // p99_ns, or p50_ns where most have no p99
    std::vector<frontier> frontiers;  // by the group's cells
};

/// By the medians of the latency and of cpu_ns_per_message. nullopt: no closed loop of round trips,
/// or no cell with both figures.
std::optional<trade_off> trade_off_of(const run_result& result, const cell_group& group);

}  // namespace ipcmark
