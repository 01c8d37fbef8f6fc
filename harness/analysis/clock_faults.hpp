#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ipcmark {

/// What is known about the clock when a run is over.
struct clock_findings {
    double stamp_cost_ns = 0;
    double drift_ppm = 0;            // length of a tick at the end against the start
    std::int64_t suspended_ns = 0;   // by how much CLOCK_BOOTTIME gained on CLOCK_MONOTONIC
    bool offsets_consistent = true;  // no exchange between two CPUs saw time run backwards
};

/// Why the clock was not what figures need, one sentence each; empty: it was.
std::vector<std::string> clock_faults(const clock_findings& found);

}  // namespace ipcmark
