#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

#include "harness/base/clock.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/contract/pacing.hpp"
#include "harness/contract/rendezvous.hpp"

namespace ipcmark {

/// When each message of an open loop was due and when it was sent: beside the channel, in memory
/// that both processes of the pair map, so that the payload keeps its exact size
/// (measurement of response times after wrk2 and Aeron's load test rig).
class send_log {
public:
    struct stamps {
        std::atomic<std::uint64_t> due;  // ticks of the shared clock
        std::atomic<std::uint64_t> sent;
    };
    static constexpr std::size_t most_messages = std::size_t{1} << 20;

    /// Producer: makes room for `messages` and hands it over. Throws limit_exceeded.
    static send_log create(rendezvous& peer, const std::string& name, std::size_t messages);
    /// Consumer: takes what `create` hands over.
    static send_log open(rendezvous& peer);

    /// The sequence number of the first message in the table; set before a meeting of both sides.
    void set_first_sequence(std::uint64_t sequence) noexcept {
        head().first_sequence.store(sequence, std::memory_order_release);
    }
    std::uint64_t first_sequence() const noexcept {
        return head().first_sequence.load(std::memory_order_acquire);
    }
    std::size_t capacity() const noexcept;

    /// Relaxed will do: the message that follows orders them, as it orders its own bytes.
    void note(std::size_t index, std::uint64_t due, std::uint64_t sent) noexcept {
        rows()[index].due.store(due, std::memory_order_relaxed);
        rows()[index].sent.store(sent, std::memory_order_relaxed);
    }
    const stamps& operator[](std::size_t index) const noexcept { return rows()[index]; }

private:
    struct alignas(64) header {
        std::atomic<std::uint64_t> first_sequence;
        std::atomic<std::uint64_t> messages;
    };

    explicit send_log(mapping memory) : memory_(std::move(memory)) {}
    header& head() const noexcept { return *reinterpret_cast<header*>(memory_.data()); }
    stamps* rows() const noexcept {
        return reinterpret_cast<stamps*>(memory_.data() + sizeof(header));
    }

    mapping memory_;
};

/// When the next messages are due, and how many at once.
class due_times {
public:
    due_times(const pacing& pace, std::uint64_t start_ticks, std::uint64_t ticks_per_second)
        : pace_(pace),
          due_(static_cast<double>(start_ticks)),
          interval_ticks_(pace.rate_hz > 0 ? static_cast<double>(ticks_per_second) / pace.rate_hz
                                           : 0),
          random_(pace.seed) {}

    std::uint64_t due() const noexcept { return static_cast<std::uint64_t>(due_); }
    bool is_absolute() const noexcept { return pace_.rate_hz > 0; }

    /// Absolute: whatever became of the last one.
    void advance();
    void set_due(std::uint64_t ticks) noexcept { due_ = static_cast<double>(ticks); }

private:
    pacing pace_;
    double due_;  // a double holds the ticks of two months exactly
    double interval_ticks_;
    std::mt19937_64 random_;
    std::exponential_distribution<double> gap_{1.0};
};

/// Waits until the clock shows `due`. Sleeps as long as that is far off; the last stretch is spent
/// on the clock where `may_spin`, since a sleeping generator adds its own wake-up to the figure.
/// Returns the ticks that were spent on the clock: no design pays for those.
std::uint64_t wait_until(const shared_clock& clock, std::uint64_t due, bool may_spin);

/// Lets clock_nanosleep(2) of this thread end on time instead of 50 us late (PR_SET_TIMERSLACK).
void sleep_exactly();

}  // namespace ipcmark
