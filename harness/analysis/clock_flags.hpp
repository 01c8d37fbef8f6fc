#pragma once

#include <cstdint>
#include <vector>

#include "harness/base/clock.hpp"
#include "harness/base/clock_offset.hpp"
#include "harness/result/run_result.hpp"

namespace ipcmark {

/// One measurement of how far apart the clocks of two CPUs can be, as the result keeps it. `when`:
/// "begin" or "end" of the run.
clock_offset_info offset_info(const clock_offset_bound& bound, const shared_clock& clock,
                              std::vector<int> cpus, const char* when);

/// Completes what is known of the clock: `uncertainty_ns`, the largest over its offsets,
/// `degraded`, and `faults`, the reasons. `drift_ppm` and `stamp_cost_ns` are there already.
void conclude_clock(clock_info& clock, std::int64_t suspended_ns);

/// Flags cells: `clock_degraded` where the clock was no good, and `timer_dominated` where the clock
/// readings themselves show: what the timed phase said, less one reading, differs by more than 10 %
/// from what the blocks without readings in the same repetition said, in the median over
/// repetitions. They may agree with its mean or with its median: an interruption moves the mean
/// alone.
void add_clock_flags(run_result& result);

}  // namespace ipcmark
