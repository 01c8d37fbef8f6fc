#pragma once

#include <vector>

#include "harness/base/clock_offset.hpp"
#include "harness/run/plan.hpp"
#include "harness/run/runner.hpp"

namespace ipcmark {

/// How far apart the clocks of two CPUs can be, measured between two processes.
struct measured_offset {
    std::vector<int> cpus;  // the two
    clock_offset_bound bound;
};

/// Each two different CPUs of a cell of the plan once; a fifth of a second each at most. What
/// failed is left out.
std::vector<measured_offset> measure_clock_offsets(const plan& what, runner& pairs);

}  // namespace ipcmark
