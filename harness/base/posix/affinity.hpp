#pragma once

#include <vector>

namespace ipcmark {

/// The CPUs this process may run on, ascending (taskset, cpuset and container limits included).
std::vector<int> allowed_cpus();

/// Pins the calling process to one CPU. Throws call_failed.
void pin_to(int cpu);

/// The CPU that runs the caller now.
int current_cpu();

}  // namespace ipcmark
