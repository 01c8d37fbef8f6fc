#pragma once

#include <cstdint>

#include "harness/base/function_view.hpp"
#include "harness/contract/rendezvous.hpp"
#include "harness/worker/loops/messages.hpp"

/// Where the clock's own cost may show in a round trip, the same exchanges once more without it:
/// blocks of many between two stamps, after the timed phase of the same repetition. Rule of Hoefler
/// and Belli, "Scientific benchmarking of parallel computing systems", SC 2015: what measures
/// should cost less than 5 % of what is measured.
namespace ipcmark::loops {

/// An interruption lengthens one block; their median does not see it.
inline constexpr std::size_t untimed_blocks = 20;

/// Decided on the timed phase, whose median it is. A clock of more than 100 ns is read by a system
/// call, which also disturbs what follows it.
bool wants_untimed_block(double median_ns, double stamp_cost_ns);
bool wants_untimed_block(const session& run);

/// Exchanges of one block: 500, fewer where all blocks would take more than 50 ms.
std::uint64_t exchanges_per_block(double median_ns);

/// Times blocks of `per_block` exchanges and notes their median; exchange(times) gives false when a
/// message was lost: a block with a hole is none.
void time_blocks(session& run, std::uint64_t per_block,
                 function_view<bool(std::uint64_t times)> exchange);

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
    if (wanted) echo(end, run, phase::untimed);
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
