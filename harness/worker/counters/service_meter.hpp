#pragma once

#include <map>
#include <sys/types.h>
#include <vector>

#include "harness/base/host_files.hpp"
#include "harness/result/report.hpp"
#include "harness/worker/counters/perf_counters.hpp"

namespace ipcmark {

/// A process and what it forked, in no order; empty when there is no such process.
/// proc_pid_task_children(5).
std::vector<pid_t> process_tree(pid_t root, const host_files& files = host_files());

/// What the processes of a service consume between start and stop, each with what it forked.
class service_meter {
public:
    service_meter() = default;
    /// `events`: event counters too. They count the threads that there are now.
    service_meter(const std::vector<int>& pids, bool events);

    void start();
    void stop();

    /// One for each process of the service. Valid after stop.
    std::vector<service_usage> take() { return std::move(used_); }
    perf_counts events() const { return events_.read(); }

private:
    using tree_usage = std::map<pid_t, process_usage>;
    static tree_usage read(pid_t root);

    std::vector<service_usage> used_;
    std::vector<tree_usage> before_;
    perf_counters events_{false};
};

}  // namespace ipcmark
