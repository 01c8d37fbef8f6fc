#pragma once

#include <string>
#include <vector>

#include "harness/result/metrics.hpp"

/// The metrics that belong to single patterns.
namespace ipcmark {

/// paced, wake, burst: besides the percentiles, which run from the time a message was due.
const std::vector<metric>& scheduled_metrics();

/// setup: each process's own part, started and joined on the shared clock.
const std::vector<metric>& setup_metrics();

/// switch and switch_ring. With O the round trip inside one process, S on one CPU and B on two:
///   syscall_copy_ns    O / 2, of one message: its system calls and copies
///   context_switch_ns  (S - O) / context switches of a round trip on one CPU
///   wake_up_ns         (B - O) / 2, of one message: what sleeping and being woken adds
/// Method: measurement of lat_ctx (lmbench), on medians of single round trips; parts may come out
/// negative where noise is larger than they are.
const std::vector<metric>& switch_metrics();

/// Why a part of the pattern `switch` is missing, or is not to be believed; empty where none is.
std::string parts_note(const repetition_view& view);

/// Whether an open loop was beyond what the mechanism carries: it kept less than 99 % of the rate,
/// or response times grew twofold from the first to the last tenth of the phase while the
/// producer's own lateness was above a tenth of the response time and more than 32 messages were
/// under way at a time (Little's law: the median response by the rate). The last condition leaves
/// out a consumer that now sleeps and now does not, whose response times differ by as much.
bool is_saturated(const repetition_view& view);

}  // namespace ipcmark
