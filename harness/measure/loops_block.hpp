#pragma once

#include <algorithm>
#include <cstdint>

#include "harness/measure/loops_fwd.hpp"
#include "harness/rendezvous.hpp"

/// Where the clock's own cost may show in a round trip, the same exchanges once more without it:
/// a block of them between two stamps, after the timed phase of the same spawn. Rule of Hoefler and
/// Belli, "Scientific benchmarking of parallel computing systems", SC 2015: what measures should
/// cost less than 5 % of what is measured.
namespace ipcmark::loops {

/// Decided on the timed phase, whose median it is.
inline bool wants_untimed_block(double median_ns, double stamp_cost_ns) {
    constexpr double short_ns = 500;
    constexpr double bearable_share = 0.05;
    return median_ns < short_ns || stamp_cost_ns > bearable_share * median_ns;
}

/// Exchanges of the block: 10,000, fewer where they would take more than 50 ms.
inline std::uint64_t untimed_exchanges(double median_ns) {
    constexpr std::uint64_t most = 10'000;
    constexpr double span_ns = 50e6;
    return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(span_ns / std::max(median_ns, 1.0)),
                                     1, most);
}

inline bool wants_untimed_block(const session& run) {
    return run.work.untimed_block && run.latencies.count() > 0 &&
           wants_untimed_block(run.latencies.quantile_ns(0.5), run.stamp_cost_ns);
}

template <class T>
void untimed_producer(T& end, session& run, rendezvous& peer) {
    constexpr std::uint64_t lead_in = 16;
    const bool wanted = wants_untimed_block(run);
    const std::uint64_t exchanges = wanted ? untimed_exchanges(run.latencies.quantile_ns(0.5)) : 0;
    if (wanted) run.announce_last(phase::untimed, run.out.sequence() + lead_in + exchanges - 1);
    peer.meet();
    if (!wanted) return;
    const auto answered = [&](std::uint64_t times) {
        for (std::uint64_t i = 0; i < times; ++i) {
            const std::uint64_t sequence = run.out.sequence();
            send_next(end, run);
            flush(end);
            if (!receive_reply(end, run, sequence)) return false;
        }
        return true;
    };
    if (!answered(lead_in)) return;
    const std::uint64_t start = run.clock.now();
    // A block with a message lost is none, and the consumer may have stopped waiting for more.
    if (!answered(exchanges)) return;
    run.result.untimed_ns = run.clock.to_ns(start, run.clock.now());
    run.result.untimed_exchanges = exchanges;
}

template <class T>
void untimed_consumer(T& end, session& run, rendezvous& peer) {
    peer.meet();
    if (run.announced(phase::untimed) != board::not_announced) follow(end, run, phase::untimed);
}

/// For a transport without a peer.
template <class T>
void untimed_alone(T& end, session& run) {
    if (!wants_untimed_block(run)) return;
    const std::uint64_t exchanges = untimed_exchanges(run.latencies.quantile_ns(0.5));
    const std::uint64_t start = run.clock.now();
    for (std::uint64_t i = 0; i < exchanges; ++i) {
        send_next(end, run);
        if (!receive_next(end, run)) run.peer_closed();
    }
    run.result.untimed_ns = run.clock.to_ns(start, run.clock.now());
    run.result.untimed_exchanges = exchanges;
}

}  // namespace ipcmark::loops
