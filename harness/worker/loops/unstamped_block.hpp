#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "harness/contract/rendezvous.hpp"
#include "harness/worker/loops/declarations.hpp"

/// Where the clock's own cost may show in a round trip, the same exchanges once more without it:
/// blocks of many between two stamps, after the timed phase of the same repetition. Rule of Hoefler
/// and Belli, "Scientific benchmarking of parallel computing systems", SC 2015: what measures
/// should cost less than 5 % of what is measured.
namespace ipcmark::loops {

/// An interruption lengthens one block; their median does not see it.
inline constexpr std::size_t untimed_blocks = 20;

/// Decided on the timed phase, whose median it is. A clock of more than 100 ns is read by a system
/// call, which also disturbs what follows it.
inline bool wants_untimed_block(double median_ns, double stamp_cost_ns) {
    constexpr double short_ns = 500;
    constexpr double short_beside_a_call_ns = 10'000;
    constexpr double call_ns = 100;
    constexpr double bearable_share = 0.05;
    return median_ns < (stamp_cost_ns > call_ns ? short_beside_a_call_ns : short_ns) ||
           stamp_cost_ns > bearable_share * median_ns;
}

inline bool wants_untimed_block(const session& run) {
    return run.work.unstamped_block && run.latencies.count() > 0 &&
           wants_untimed_block(run.latencies.quantile_ns(0.5), run.stamp_cost_ns);
}

/// Exchanges of one block: 500, fewer where all blocks would take more than 50 ms.
inline std::uint64_t exchanges_per_block(double median_ns) {
    constexpr std::uint64_t most = 500;
    constexpr double span_ns = 50e6 / static_cast<double>(untimed_blocks);
    return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(span_ns / std::max(median_ns, 1.0)),
                                     1, most);
}

/// exchange(times) gives false when a message was lost: a block with a hole is none.
template <class Exchange>
void time_blocks(session& run, std::uint64_t per_block, Exchange exchange) {
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

template <class T>
void untimed_producer(T& end, session& run, rendezvous& peer) {
    constexpr std::uint64_t lead_in = 16;
    const bool wanted = wants_untimed_block(run);
    const std::uint64_t per_block =
        wanted ? exchanges_per_block(run.latencies.quantile_ns(0.5)) : 0;
    peer.tell(wanted ? "one block more" : "");
    peer.meet();
    if (!wanted) return;
    const auto answered = [&](std::uint64_t times) {
        for (std::uint64_t i = 0; i < times; ++i) {
            const std::uint64_t sequence = run.out.sequence();
            send_next(end, run);
            flush(end);
            // The consumer of a lossy transport may have stopped waiting then.
            if (!receive_reply(end, run, sequence)) return false;
        }
        return true;
    };
    if (answered(lead_in)) time_blocks(run, per_block, answered);
    run.begin_last(phase::untimed);
    answered(1);
    run.end_last();
}

template <class T>
void untimed_consumer(T& end, session& run, rendezvous& peer) {
    const bool wanted = !peer.hear().empty();
    peer.meet();
    if (wanted) follow(end, run, phase::untimed);
}

/// For a transport without a peer.
template <class T>
void untimed_alone(T& end, session& run) {
    if (!wants_untimed_block(run)) return;
    time_blocks(run, exchanges_per_block(run.latencies.quantile_ns(0.5)), [&](std::uint64_t times) {
        for (std::uint64_t i = 0; i < times; ++i) {
            send_next(end, run);
            if (!receive_next(end, run)) run.peer_closed();
        }
        return true;
    });
}

}  // namespace ipcmark::loops
