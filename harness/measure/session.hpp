#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/board.hpp"
#include "harness/measure/clock.hpp"
#include "harness/measure/histogram.hpp"
#include "harness/measure/payload.hpp"
#include "harness/measure/perf_counters.hpp"
#include "harness/measure/time_sample.hpp"
#include "harness/measure/usage.hpp"
#include "harness/transport.hpp"

namespace ipcmark {

/// When the messages of an open loop are due (paced, wake, burst).
struct pacing {
    double rate_hz = 0;       // > 0: on an absolute schedule, one message each 1/rate
    bool poisson = false;     // with exponential gaps of that mean
    std::int64_t gap_ns = 0;  // rate 0: so long after all earlier messages have been received
    std::uint64_t burst = 1;  // messages that are due at once
    bool may_spin = true;     // the producer has its CPU to itself and waits on the clock
    std::uint64_t seed = 0;   // of the exponential gaps
};

/// How much a spawn does. Fixed before it starts; never extended because figures look uneven.
struct effort {
    /// Warm-up: at least `warm_up_messages` and `warm_up_min_ns`, whichever is later, but no
    /// longer than `warm_up_max_ns`.
    std::uint64_t warm_up_messages = 1000;
    std::int64_t warm_up_min_ns = 20'000'000;
    std::int64_t warm_up_max_ns = 250'000'000;
    std::int64_t timed_ns = 150'000'000;
    std::uint64_t max_messages = 0;  // 0: no limit besides the time
    bool count_events = false;       // a counting spawn: perf events on, timing not to be used
    bool inside = false;  // the producer's process holds both ends and makes all the calls
    pacing pace = {};
};

/// What one worker measured. Ticks are of the shared clock.
struct measurement {
    std::uint64_t warm_up_messages = 0;
    std::int64_t warm_up_ns = 0;
    std::uint64_t messages = 0;          // timed (consumer of a stream: received)
    std::uint64_t counted_messages = 0;  // between the two usage readings
    std::uint64_t lost = 0;
    std::uint64_t out_of_order = 0;
    std::uint64_t first_ticks = 0;  // before the first timed message
    std::uint64_t last_ticks = 0;   // after the last one
    usage consumed;
    perf_counts events;
    std::vector<std::uint64_t> block_ticks;  // stream consumer: a stamp every block_messages
    std::uint64_t block_messages = 0;
    std::map<std::string, double> figures;  // what only this pattern tells, by metric key
};

/// One worker's side of a spawn: everything that the loops need, allocated before they start.
class session {
public:
    session(board& shared, role side, const clock_parameters& clock, const effort& work,
            const payload_plan& sent, const payload_plan& received, sequence_rule order);

    const shared_clock clock;
    const effort work;
    const payload_plan outgoing;
    const payload_plan incoming;
    const sequence_rule rule;
    payload_writer out;
    payload_checker in;
    histogram latencies;
    time_sample latencies_in_order;
    measurement result;

    std::optional<stage> die_entering;  // tests: SIGKILL oneself on entering that stage
    /// Laws: called just inside both usage snapshots, with whether it is the first.
    void (*at_snapshot)(bool begins) = nullptr;

    void enter(stage next) noexcept;
    void note_progress(std::uint64_t messages) noexcept;

    /// One latency of the timed phase. Never allocates, never throws.
    [[gnu::always_inline]] void record(std::int64_t latency_ns) noexcept {
        latencies.record(latency_ns);
        latencies_in_order.record(latency_ns);
    }

    /// Producer: the message `sequence`, not sent yet, is the last of its phase.
    void announce_last(phase which, std::uint64_t sequence) noexcept {
        board_.last_sequence[index(which)].store(sequence, std::memory_order_release);
    }
    /// Consumer: whether the phase is over with the message just received. Where messages overtake
    /// each other the count tells, not the last one's number.
    [[gnu::always_inline]] bool is_over(phase which) const noexcept {
        return in.expected() - 1 >=
               board_.last_sequence[index(which)].load(std::memory_order_acquire);
    }
    /// Messages that the other side says it is through with.
    std::uint64_t peer_progress() const noexcept {
        return peer_line_.messages.load(std::memory_order_acquire);
    }
    /// The announced last message, or board::not_announced.
    std::uint64_t announced(phase which) const noexcept {
        return board_.last_sequence[index(which)].load(std::memory_order_acquire);
    }

    /// Reads usage (and starts the event counters in a counting spawn).
    void start_counting();
    void stop_counting(std::uint64_t messages);

    [[noreturn, gnu::cold]] void peer_closed() const;

private:
    static constexpr std::size_t index(phase which) { return static_cast<std::size_t>(which); }

    board& board_;
    board::worker_line& line_;
    const board::worker_line& peer_line_;
    usage_reader usage_;
    usage before_;
    perf_counters events_;
};

}  // namespace ipcmark
