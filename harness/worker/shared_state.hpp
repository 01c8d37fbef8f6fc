#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>

#include "harness/base/enum_names.hpp"
#include "harness/contract/failure.hpp"

namespace ipcmark {

/// Where a worker is. The parent holds one deadline per stage.
enum class stage : std::uint32_t {
    starting,      // exec'ed, not pinned yet
    constructing,  // pinned; the endpoint is being made
    meeting,       // constructed, waiting for the peer
    warming_up,
    timing,
    reporting,  // the timed phase is over
    done,
};
template <>
struct spelling<stage> {
    static constexpr std::array words{
        std::pair{stage::starting, "starting"}, std::pair{stage::constructing, "constructing"},
        std::pair{stage::meeting, "meeting"},   std::pair{stage::warming_up, "warming_up"},
        std::pair{stage::timing, "timing"},     std::pair{stage::reporting, "reporting"},
        std::pair{stage::done, "done"}};
};

/// The parts of a repetition's message stream. Each ends with a message that the producer
/// announces.
enum class phase : std::uint32_t { warm_up, lead_in, timed, untimed };
inline constexpr std::size_t phase_count = 4;

inline constexpr std::uint64_t no_sequence = std::numeric_limits<std::uint64_t>::max();
using last_sequences = std::array<std::atomic<std::uint64_t>, phase_count>;

/// What one worker tells of itself. One writer each: its worker.
struct alignas(64) worker_status {
    worker_status() {
        for (auto& sequence : last_sequence)
            sequence.store(no_sequence, std::memory_order_relaxed);
    }

    std::atomic<stage> at{stage::starting};
    std::atomic<std::uint64_t> since_ns{0};  // CLOCK_MONOTONIC_RAW when it got there
    std::atomic<std::uint64_t> messages{0};  // progress, brought up to date at phase borders
    std::atomic<int> cpu{no_cpu};            // where it runs, if it watches that: see cpu_sharing
    last_sequences last_sequence;  // of a producer among several; of a pair see shared_state
};
static_assert(sizeof(worker_status) == 64);

/// Begins the memory that the parent and all workers share; a worker_status a party follows.
struct alignas(64) shared_state {
    static constexpr std::uint64_t not_announced = no_sequence;

    static std::size_t bytes_for(std::size_t parties) {
        return sizeof(shared_state) + parties * sizeof(worker_status);
    }
    /// Makes one in zeroed memory of that many bytes.
    static shared_state& make(void* memory, std::size_t parties) {
        auto* made = new (memory) shared_state(parties);
        for (std::size_t i = 0; i < parties; ++i)
            new (made->first() + i) worker_status;
        return *made;
    }

    std::size_t parties() const noexcept { return parties_; }
    worker_status& worker(std::size_t party) noexcept { return first()[party]; }

    /// Written by the producer before it sends that message; apart from the lines of the workers,
    /// which change while the consumer reads this one.
    alignas(64) last_sequences last_sequence;

private:
    explicit shared_state(std::size_t parties) : parties_(parties) {
        for (auto& sequence : last_sequence)
            sequence.store(not_announced, std::memory_order_relaxed);
    }
    worker_status* first() noexcept { return reinterpret_cast<worker_status*>(this + 1); }

    alignas(64) std::size_t parties_;
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace ipcmark
