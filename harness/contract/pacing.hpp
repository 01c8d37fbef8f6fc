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

}  // namespace ipcmark
