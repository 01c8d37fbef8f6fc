#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "harness/worker/send_schedule.hpp"
#include "harness/worker/session.hpp"

/// What becomes of an open loop's stamps once the phase is over. While it lasts, each side only
/// writes them down.
namespace ipcmark {

/// What the producer did with its schedule.
struct sending {
    std::size_t sent = 0;        // rows of the send_log that are filled
    std::size_t planned = 0;     // due within the phase, sent or not
    std::uint64_t last_due = 0;  // ticks; of the last one planned
    std::uint64_t spun = 0;      // ticks; on the clock, until a message was due
};

/// Messages that the log has to hold: what the plan names, within its capacity.
std::size_t scheduled_messages(const effort& work);

/// What the instrument itself took of the producer's CPU time and memory: pacing_ns and log_bytes.
void note_own_cost(const sending& done, session& run);

/// Of a schedule with a rate: offered_per_second, achieved_per_second, and missed_share, those sent
/// more than one interval late or never. None below two messages.
void record_punctuality(const send_log& log, const sending& done, session& run);

/// write_p50_ns and write_p99_ns.
void note_write_costs(const histogram& costs, session& run);

/// What a reader at will did.
struct reading {
    std::uint64_t reads = 0;
    std::uint64_t retried = 0;  // met a write and gave nothing
};

/// What a reader at will found and when, in memory of its own that is there beforehand.
class age_log {
public:
    /// Room for some 30,000 looks, spread over the phase at random: at equal distances they would
    /// keep step with the writer.
    explicit age_log(std::uint64_t phase_ticks);

    /// A value of the warm-up (a number beyond the table) has no stamp.
    void note(std::uint64_t index, std::uint64_t ticks) noexcept {
        if (ticks < next_ticks_ || index >= send_log::most_messages || count_ == capacity) return;
        rows()[count_++] = {index, ticks};
        random_ = random_ * 6364136223846793005U + 1442695040888963407U;  // Knuth, MMIX
        next_ticks_ = ticks + ((random_ >> 32) * 2 * stride_ticks_ >> 32);
    }

    /// Records the ages and the figures reads_per_second, seen_share and retried_share; below
    /// least_state_values nothing.
    void evaluate(const send_log& log, const reading& done, session& run) const;

private:
    struct row {
        std::uint64_t index;
        std::uint64_t ticks;
    };
    static constexpr std::size_t looks = std::size_t{1} << 15;
    static constexpr std::size_t capacity = 2 * looks;  // a phase may take longer than planned

    row* rows() const noexcept { return reinterpret_cast<row*>(memory_.data()); }

    mapping memory_;
    std::uint64_t stride_ticks_;
    std::uint64_t next_ticks_ = 0;
    std::uint64_t random_ = 0;
    std::size_t count_ = 0;
};

/// The consumer's stamps, one a message, in memory of its own that is there beforehand.
class arrival_log {
public:
    explicit arrival_log(std::size_t messages)
        : memory_(mapping::anonymous(messages * sizeof(std::uint64_t))), messages_(messages) {}

    /// A number beyond the table is a late message of the warm-up.
    void note(std::uint64_t index, std::uint64_t ticks) noexcept {
        if (index < messages_) stamps()[index] = ticks;
    }

    /// Records the response times, from when each was due, and the figures send_p50_ns,
    /// send_p99_ns, sched_lag_p99_ns, drain_ns (bursts), response_growth and lag_of_response; sets
    /// last_ticks to the last arrival.
    void evaluate(const send_log& log, session& run) const;

private:
    std::uint64_t* stamps() const noexcept {
        return reinterpret_cast<std::uint64_t*>(memory_.data());
    }

    mapping memory_;
    std::size_t messages_;
};

}  // namespace ipcmark
