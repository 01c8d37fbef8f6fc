#pragma once

#include <vector>

namespace ipcmark {

/// The CPUs this process may run on, ascending (taskset, cpuset and container limits included).
std::vector<int> allowed_cpus();

/// Pins the calling process to one CPU. Throws call_failed.
void pin_to(int cpu);

/// Pins the calling thread while this lives; then it may run where it could before. The constructor
/// throws call_failed.
class pinned_for_now {
public:
    explicit pinned_for_now(int cpu) : before_(allowed_cpus()) { pin_to(cpu); }
    ~pinned_for_now();
    pinned_for_now(const pinned_for_now&) = delete;
    pinned_for_now& operator=(const pinned_for_now&) = delete;

private:
    std::vector<int> before_;
};

/// The CPU that runs the caller now.
int current_cpu();

}  // namespace ipcmark
