#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "harness/host/checks/checks.hpp"
#include "harness/host/facts/cpu_time.hpp"
#include "harness/host/facts/interrupts.hpp"
#include "harness/host/noise/foreign_tasks.hpp"
#include "harness/host/noise/host_baseline.hpp"
#include "harness/host/noise/measuring_runs.hpp"

/// What the checks of examine_host() look at, and the checks themselves.
namespace ipcmark::checks {

struct host_view {
    const host_files& files;
    std::vector<int> allowed;
    std::optional<cpu_time> since_boot;     // at the end of the sample, whole machine
    std::optional<cpu_time> machine;        // during the sample, whole machine
    std::optional<cpu_time> allowed_share;  // during the sample, allowed CPUs
    std::optional<double> other_runnable;   // mean of the samples, this process left out
    std::vector<int> chosen = {};           // CPUs that a pair will take
    std::optional<std::vector<device_interrupts>> interrupts = {};  // on them during the sample
    std::optional<std::int64_t> timer_resolution_ns = {};
    std::vector<foreign_task> others = {};       // who worked during the sample, the busiest first
    std::optional<host_baseline> baseline = {};  // none: not asked for
    std::vector<measuring_run> other_runs = {};  // ipcmarks that measure on the chosen CPUs
};

finding allowed_cpus(const host_view& host);
finding cpu_topology(const host_view& host);
finding cpu_quota(const host_view& host);
finding governor(const host_view& host);
finding turbo(const host_view& host);
finding hardware_threads(const host_view& host);
finding idle_states(const host_view& host);
finding isolation(const host_view& host);
finding interrupts(const host_view& host);
finding load_average(const host_view& host);
finding foreign_cpu(const host_view& host);
finding runnable(const host_view& host);
finding other_runs(const host_view& host);
finding scheduling(const host_view& host);
finding steal(const host_view& host);
finding pauses(const host_view& host);
finding virtual_machine(const host_view& host);
finding battery(const host_view& host);
finding clock_source(const host_view& host);
finding huge_pages(const host_view& host);
finding address_randomisation(const host_view& host);
finding perf_events(const host_view& host);
finding timer_resolution(const host_view& host);
finding mitigations(const host_view& host);
finding numa_balancing(const host_view& host);
finding same_page_merging(const host_view& host);
finding watchdogs(const host_view& host);
finding timer_migration(const host_view& host);
finding preemption(const host_view& host);
finding swapping(const host_view& host);
finding pipe_size(const host_view& host);
finding posix_queues(const host_view& host);
finding queue_bytes(const host_view& host);
finding sysv_messages(const host_view& host);
finding socket_buffers(const host_view& host);
finding shared_memory(const host_view& host);
finding group_memory(const host_view& host);
finding open_files(const host_view& host);
finding locked_memory(const host_view& host);

/// Whether the files say that this process holds one of capabilities(7), by number.
bool has_capability(const host_files& files, unsigned number);

}  // namespace ipcmark::checks
