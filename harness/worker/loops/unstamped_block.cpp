#include "harness/worker/loops/unstamped_block.hpp"

#include <algorithm>
#include <array>

namespace ipcmark::loops {

bool wants_untimed_block(double median_ns, double stamp_cost_ns) {
    constexpr double short_ns = 500;
    constexpr double short_beside_a_call_ns = 10'000;
    constexpr double call_ns = 100;
    constexpr double bearable_share = 0.05;
    return median_ns < (stamp_cost_ns > call_ns ? short_beside_a_call_ns : short_ns) ||
           stamp_cost_ns > bearable_share * median_ns;
}

bool wants_untimed_block(const session& run) {
    return run.work.unstamped_block && run.latencies.count() > 0 &&
           wants_untimed_block(run.latencies.quantile_ns(0.5), run.stamp_cost_ns);
}

std::uint64_t exchanges_per_block(double median_ns) {
    constexpr std::uint64_t most = 500;
    constexpr double span_ns = 50e6 / static_cast<double>(untimed_blocks);
    return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(span_ns / std::max(median_ns, 1.0)),
                                     1, most);
}

void time_blocks(session& run, std::uint64_t per_block,
                 function_view<bool(std::uint64_t times)> exchange) {
    std::array<std::int64_t, untimed_blocks> blocks_ns;
    std::uint64_t previous = run.clock.now();
    for (std::int64_t& block_ns : blocks_ns) {
        if (!exchange(per_block)) return;
        const std::uint64_t now = run.clock.now();
        block_ns = run.clock.to_ns(previous, now);
        previous = now;
    }
    auto* const middle = blocks_ns.begin() + untimed_blocks / 2;
    std::nth_element(blocks_ns.begin(), middle, blocks_ns.end());
    run.result.untimed_ns = *middle;
    run.result.untimed_exchanges = per_block;
}

}  // namespace ipcmark::loops
