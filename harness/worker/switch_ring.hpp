#pragma once

#include <string_view>

#include "harness/worker/session.hpp"

namespace ipcmark {

/// What the token goes through, in cell names.
inline constexpr std::string_view switch_ring_object = "pipe";

/// What a context switch costs when the processes have something to lose: `processes` of them on
/// one CPU pass a token round over pipes, and each sums `working_set_bytes` of its own at every
/// hop. The same walk by one process alone, through the same pipes, is taken off.
/// Method: lat_ctx of lmbench (McVoy and Staelin 1996), but with the median over laps instead of a
/// block's mean, which on a shared machine absorbs foreign time.
///
/// Figures: hop_ns, overhead_ns and context_switch_ns, which may be negative where the noise is
/// larger than the switch. Blocks for the effort's timed phase, once with and once without the
/// other processes. The calling process should be pinned; those it forks inherit that, and end
/// with it.
void measure_switch_ring(session& run, unsigned processes, std::size_t working_set_bytes);

}  // namespace ipcmark
