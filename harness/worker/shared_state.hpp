#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>

#include "harness/base/enum_names.hpp"

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

/// The parts of a spawn's message stream. Each ends with a message that the producer announces.
enum class phase : std::uint32_t { warm_up, lead_in, timed, untimed };
inline constexpr std::size_t phase_count = 4;

/// Lives in memory shared by the parent and both workers.
struct board {
    static constexpr std::uint64_t not_announced = std::numeric_limits<std::uint64_t>::max();

    struct alignas(64) worker_line {  // one writer each: its worker
        std::atomic<stage> at{stage::starting};
        std::atomic<std::uint64_t> since_ns{0};  // CLOCK_MONOTONIC_RAW when it got there
        std::atomic<std::uint64_t> messages{0};  // progress, brought up to date at phase borders
    };
    std::array<worker_line, 2> workers;
    /// Written by the producer before it sends that message; apart from the lines above, which
    /// change while the consumer reads this one.
    alignas(64) std::array<std::atomic<std::uint64_t>, phase_count> last_sequence;

    board() {
        for (auto& sequence : last_sequence)
            sequence.store(not_announced, std::memory_order_relaxed);
    }
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace ipcmark
