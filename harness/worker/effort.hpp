#pragma once

#include <cstdint>

#include "harness/contract/pacing.hpp"

namespace ipcmark {

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
    bool idle = false;           // the consumer waits for timed_ns in silence, see loops_idle.hpp
    bool untimed_block = false;  // after short round trips, see loops_block.hpp
};

}  // namespace ipcmark
