#pragma once

#include <cstdint>

#include "harness/run/interrupt.hpp"
#include "harness/run/runner.hpp"
#include "harness/worker/external_worker.hpp"

namespace ipcmark {

/// How long a consumer that does not end by itself is waited for once the producer has ended,
/// before it gets SIGTERM.
inline constexpr std::int64_t consumer_grace_ns = 1'000'000'000;

/// Runs two programs that know nothing of ipcmark, the consumer first, and brings back what the
/// kernel counted of them: getrusage(2) of each with the children that it waited for, and in a
/// counting repetition what perf_event_open(2) saw of them from their first instruction on. What
/// they say to each other is not seen. Stamps are of CLOCK_MONOTONIC_RAW in ns; the producer's are
/// from its start to the end of whichever ends by itself last.
///
/// A program fails that ends with another exit code than 0, by a signal (but for a consumer's
/// SIGTERM from here), or not before `deadline_ms`. None outlives the call. `folder`: for what they
/// write to standard error. Blocks. Throws call_failed where nothing can be spawned.
repetition_result run_program_pair(const launch_request& request, const program_pair& programs,
                                   const std::filesystem::path& folder, std::int64_t deadline_ms,
                                   interrupt_watch& interrupts);

}  // namespace ipcmark
