#pragma once

#include <string>
#include <vector>

#include "harness/result/metrics.hpp"

/// The metrics that belong to single patterns.
namespace ipcmark {

/// Round trips of a pair that nothing pins, whose p50 is that of two kinds mixed: see cpu_sharing.
const std::vector<metric>& unpinned_metrics();
/// Those of more than a pair.
const std::vector<metric>& party_metrics();

/// paced, wake, burst: besides the percentiles, which run from the time a message was due.
const std::vector<metric>& scheduled_metrics();

/// setup: each process's own part, started and joined on the shared clock.
const std::vector<metric>& setup_metrics();

/// switch and switch_ring. With the round trips O inside one process, S on one CPU, B on two, and P
/// on two by the sibling that polls, the parts of a hop (B / 2) are
///   syscall_copy_ns         O / 2: system calls and copies
///   cross_core_transfer_ns  (P - O) / 2: data and locks to the other CPU
///   wake_up_ns              (B - P) / 2: sleeping and being woken
///   sleep_and_transfer_ns   (B - O) / 2: the last two, where no sibling polls
/// which add up. Beside them stand post_to_running_ns, of single stamps, which needs no difference,
/// and context_switch_ns, (S - O) / context switches of a round trip on one CPU: no part of a hop
/// between two, since sleeping and waking are in it as well. Method: lat_ctx (lmbench), on medians
/// of single round trips; parts may come out negative where noise is larger than they are.
const std::vector<metric>& switch_metrics();

/// programs: what the kernel counted of each, of a whole run.
const std::vector<metric>& program_metrics();

/// The one time of a repetition that tools keep which take no other (real_time of Google
/// Benchmark): of a schedule the mean response, wake-up or age, of bursts the median time until one
/// has arrived, of `setup` from nothing to the first message; else the phase over its messages.
/// Never the interval of a schedule, which says nothing of the mechanism.
double tracked_time_ns(const repetition_view& view);

/// Why a part of the pattern `switch` is missing, or is not to be believed; empty where none is.
std::string hop_note(const repetition_view& view);

/// Whether an open loop was beyond what the mechanism carries: it kept less than 99 % of the rate,
/// or response times grew twofold from the first to the last tenth of the phase while the
/// producer's own lateness was above a tenth of the response time and more than 32 messages were
/// under way at a time (Little's law: the median response by the rate). The last condition leaves
/// out a consumer that now sleeps and now does not, whose response times differ by as much.
bool is_saturated(const repetition_view& view);

}  // namespace ipcmark
