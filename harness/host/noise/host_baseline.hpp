#pragma once

#include <cstdint>
#include <vector>

#include "harness/host/noise/timer_gaps.hpp"

namespace ipcmark {

/// What this host takes from a thread that only spins, while nothing else of the run lives: timer
/// ticks and, on a virtual machine, exits to the hypervisor. A property of the host, not of a
/// repetition: what a repetition is judged by is what exceeds it.
struct host_baseline {
    std::uint64_t windows = 0;  // that are looked at; 0: not taken, other tasks ran all the time
    double window_ms = 0;
    double gap_ppm_median = 0;  // share of a window in gaps above 1 us, 10^-6
    double gap_ppm_p90 = 0;
    double pause_us = 0;      // median length of the gaps above 10 us: as a rule the timer's tick
    double pauses_per_s = 0;  // of these, on one CPU
    double longest_us = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, host_baseline& b) {
    visit("windows", b.windows);
    visit("window_ms", b.window_ms);
    visit("gap_ppm_median", b.gap_ppm_median);
    visit("gap_ppm_p90", b.gap_ppm_p90);
    visit("pause_us", b.pause_us);
    visit("pauses_per_s", b.pauses_per_s);
    visit("longest_us", b.longest_us);
}

/// Of windows of equal length. Those in which other tasks had the CPU for more than a hundredth of
/// the time say nothing of the host and are left out; none is taken of fewer than three.
host_baseline baseline_of(const std::vector<timer_gaps>& windows);

/// Spins on each of the CPUs, each named once, in turn for a quarter of a second, in windows of
/// 20 ms. CPUs below 0 stand for wherever the scheduler puts the thread.
host_baseline take_baseline(const std::vector<int>& cpus);

}  // namespace ipcmark
