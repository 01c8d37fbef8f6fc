#pragma once

#include <cstdint>

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
    bool idle = false;           // the consumer waits for timed_ns in silence, see loops_idle.hpp
    bool untimed_block = false;  // after short round trips, see loops_block.hpp
};

}  // namespace ipcmark
