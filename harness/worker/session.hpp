#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/base/clock.hpp"
#include "harness/contract/party.hpp"
#include "harness/contract/transport.hpp"
#include "harness/result/report.hpp"
#include "harness/stats/histogram.hpp"
#include "harness/stats/time_sample.hpp"
#include "harness/worker/counters/energy.hpp"
#include "harness/worker/counters/perf_counters.hpp"
#include "harness/worker/counters/service_meter.hpp"
#include "harness/worker/counters/usage.hpp"
#include "harness/worker/cpu_sharing.hpp"
#include "harness/worker/effort.hpp"
#include "harness/worker/payload.hpp"
#include "harness/worker/shared_state.hpp"

namespace ipcmark {

/// One worker's side of a repetition: everything that the loops need, allocated before they start.
class session {
public:
    /// `position`: this worker's among `parties`. What ends a phase is told in its status where
    /// there is more than a pair.
    session(shared_state& shared, std::span<const party> parties, std::size_t position,
            const clock_parameters& clock, const effort& work, const payload_plan& sent,
            const payload_plan& received, sequence_rule order);

    const shared_clock clock;
    const double stamp_cost_ns;
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
    /// Checks: called just inside both usage snapshots, with whether it is the first.
    void (*at_snapshot)(bool begins) = nullptr;
    /// Where the parent is told of a new stage when it maps no memory; -1: it does.
    int heartbeat_fd = -1;

    void enter(stage next) noexcept;
    void note_progress(std::uint64_t messages) noexcept;

    /// One latency of the timed phase. Never allocates, never throws.
    [[gnu::always_inline]] void record(std::int64_t latency_ns) noexcept {
        latencies.record(latency_ns);
        latencies_in_order.record(latency_ns);
    }

    /// One round trip of the timed phase, just ended; as above.
    [[gnu::always_inline]] void record_exchange(std::int64_t latency_ns) noexcept {
        record(latency_ns);
        if (sharing_.watches()) [[unlikely]]
            sharing_.record(latency_ns);
    }
    /// Whoever replies, once a message.
    [[gnu::always_inline]] void note_cpu() noexcept {
        if (sharing_.watches()) [[unlikely]]
            sharing_.look();
    }

    /// Producer: the message that is written next is the last of its phase. Told in the message
    /// where it has room, else in the shared state.
    void begin_last(phase which) noexcept {
        if (outgoing.marks_end)
            out.mark_end(true);
        else
            announce_last(which, out.sequence());
    }
    /// Producer: the last message of a phase has been written.
    void end_last() noexcept { out.mark_end(false); }

    /// Producer: the message `sequence` is the last of its phase, in the shared state.
    void announce_last(phase which, std::uint64_t sequence) noexcept {
        announced_[index(which)].store(sequence, std::memory_order_release);
    }
    /// Consumer: whether the phase is over with the message just received. Where messages overtake
    /// each other the count tells, not the last one's number.
    [[gnu::always_inline]] bool is_over(phase which) const noexcept {
        if (incoming.marks_end) [[likely]]
            return in.expected() - 1 >= in.end_sequence();
        return in.expected() - 1 >= announced_[index(which)].load(std::memory_order_acquire);
    }
    /// Messages that all of the other side say they are through with.
    std::uint64_t peer_progress() const noexcept {
        std::uint64_t least = shared_state::not_announced;
        for (const worker_status* peer : peers_)
            least = std::min(least, peer->messages.load(std::memory_order_acquire));
        return least;
    }
    /// The announced last message, or shared_state::not_announced.
    std::uint64_t announced(phase which) const noexcept {
        return announced_[index(which)].load(std::memory_order_acquire);
    }

    /// Of a party that one exchanges messages with: the last message that it announced.
    const last_sequences& announced_by(std::size_t party) const noexcept {
        return shared_.worker(party).last_sequence;
    }

    /// Producer: what the service's processes consume is part of the mechanism's cost.
    void watch_service(const std::vector<int>& pids);

    /// Before there is a channel: what this worker holds is not the mechanism's. With it, where
    /// counting stops, the figures own_resident_bytes and shared_bytes.
    void note_own_memory();

    /// Reads usage (and starts the event counters in a counting repetition).
    void start_counting();
    void stop_counting(std::uint64_t messages);

    [[noreturn, gnu::cold]] void peer_closed() const;

private:
    static constexpr std::size_t index(phase which) { return static_cast<std::size_t>(which); }

    shared_state& shared_;
    last_sequences& announced_;
    worker_status& status_;
    std::vector<const worker_status*> peers_;  // of the other side
    cpu_sharing sharing_;
    usage_reader usage_;
    usage before_;
    std::optional<resident_memory> own_memory_;
    perf_counters events_;
    energy_meter energy_;
    service_meter service_;
};

}  // namespace ipcmark
