#pragma once

#include <cstdint>

#include "harness/base/clock.hpp"

namespace ipcmark {

/// Chooses and calibrates the clock (about a quarter second), pinning the caller meanwhile. Throws
/// call_failed where it may not, or starts no thread. The TSC is taken when the CPU says
/// that it is invariant, the kernel itself uses it, and no exchange between the two CPUs ever saw
/// time run backwards; otherwise CLOCK_MONOTONIC_RAW, with the reason.
/// Offset bound by cache-line exchange, after Cristian, "Probabilistic
/// clock synchronization", 1989: with tA, tB, tA' stamps, -(tA' - tB) <= offset <= tB - tA.
clock_parameters calibrate_clock(int first_cpu, int second_cpu);

/// Relative change of the tick length since calibration, in parts per million.
double clock_drift_ppm(const clock_parameters& parameters);

/// How long this machine has been suspended since it started (CLOCK_BOOTTIME - CLOCK_MONOTONIC);
/// a virtual machine that was paused or moved may show here too.
std::int64_t suspended_so_far_ns();

}  // namespace ipcmark
