#pragma once

#include <cstdint>

#include <nlohmann/json.hpp>

#include "harness/base/clock_offset.hpp"

namespace ipcmark {

/// One measurement of how far apart the clocks of two CPUs can be, as the document keeps it in
/// clock.offsets. `when`: "begin" or "end" of the run.
nlohmann::ordered_json offset_block(const clock_offset_bound& bound, const shared_clock& clock,
                                    int first_cpu, int second_cpu, const char* when);

/// Completes the document's clock block: `uncertainty_ns`, the largest over its offsets,
/// `degraded`, and `faults`, the reasons. `drift_ppm` and `stamp_cost_ns` are there already.
void conclude_clock(nlohmann::ordered_json& clock, std::int64_t suspended_ns);

/// Flags cells: `clock_degraded` where the clock was no good, and `timer_dominated` where the clock
/// readings themselves show: what the timed phase said, less one reading, differs by more than 10 %
/// from what the blocks without readings in the same spawn said, in the median over spawns. They
/// may agree with its mean or with its median: an interruption moves the mean alone.
void add_clock_flags(nlohmann::ordered_json& document);

}  // namespace ipcmark
