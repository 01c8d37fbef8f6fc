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
    std::size_t sent = 0;        // rows of the timetable that are filled
    std::size_t planned = 0;     // due within the phase, sent or not
    std::uint64_t last_due = 0;  // ticks; of the last one planned
};

/// Of a schedule with a rate: offered_per_second, achieved_per_second, and missed_share, those sent
/// more than one interval late or never. None below two messages.
void note_punctuality(const timetable& table, const sending& done, session& run);

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
    void evaluate(const timetable& table, session& run) const;

private:
    std::uint64_t* stamps() const noexcept {
        return reinterpret_cast<std::uint64_t*>(memory_.data());
    }

    mapping memory_;
    std::size_t messages_;
};

}  // namespace ipcmark
