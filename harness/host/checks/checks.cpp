#include "harness/host/checks/checks.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <unistd.h>

#include "harness/host/checks/host_view.hpp"

namespace ipcmark {

namespace {

using check = finding (*)(const checks::host_view&);

constexpr std::array<check, 39> all_checks{checks::allowed_cpus,
                                           checks::cpu_topology,
                                           checks::cpu_quota,
                                           checks::governor,
                                           checks::turbo,
                                           checks::hardware_threads,
                                           checks::idle_states,
                                           checks::isolation,
                                           checks::interrupts,
                                           checks::load_average,
                                           checks::foreign_cpu,
                                           checks::runnable,
                                           checks::other_runs,
                                           checks::scheduling,
                                           checks::steal,
                                           checks::pauses,
                                           checks::virtual_machine,
                                           checks::battery,
                                           checks::swapping,
                                           checks::clock_source,
                                           checks::huge_pages,
                                           checks::address_randomisation,
                                           checks::perf_events,
                                           checks::timer_resolution,
                                           checks::mitigations,
                                           checks::numa_balancing,
                                           checks::same_page_merging,
                                           checks::watchdogs,
                                           checks::timer_migration,
                                           checks::preemption,
                                           checks::pipe_size,
                                           checks::posix_queues,
                                           checks::queue_bytes,
                                           checks::sysv_messages,
                                           checks::socket_buffers,
                                           checks::shared_memory,
                                           checks::group_memory,
                                           checks::open_files,
                                           checks::locked_memory};

std::optional<cpu_time> elapsed(const std::optional<cpu_time>& before,
                                const std::optional<cpu_time>& after) {
    if (!before || !after) return std::nullopt;
    return *after - *before;
}

void default_wait() {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

/// CPU 0 takes the timer's and most interrupts, so that a pair avoids it where it can.
std::vector<int> usual_pair(std::vector<int> allowed) {
    if (allowed.size() > 2) std::erase(allowed, 0);
    if (allowed.size() > 2) allowed.resize(2);
    return allowed;
}

std::filesystem::path claims_of(const host_files& files) {
    return files.real() ? claims_folder() : files.at("/tmp/ipcmark-cpus");
}

checks::host_view observe(const examination& how) {
    constexpr int samples = 10;
    const auto allowed = allowed_cpus_of(how.files);
    const auto chosen = how.cpus.empty() ? usual_pair(allowed) : how.cpus;
    std::optional<host_baseline> baseline;
    if (how.spin) baseline = take_baseline(chosen);
    foreign_task_watch others(how.files, ::getpid());
    others.look();
    const auto interrupts = read_interrupts(how.files, chosen);
    const auto machine = read_cpu_time(how.files);
    const auto share = read_cpu_time(how.files, allowed);
    double runnable = 0;
    int seen = 0;
    for (int i = 0; i < samples; ++i) {
        how.wait ? how.wait() : default_wait();
        if (const auto tasks = runnable_tasks(how.files)) {
            runnable += static_cast<double>(std::max<std::int64_t>(*tasks - 1, 0));
            ++seen;
        }
    }
    const auto machine_after = read_cpu_time(how.files);
    others.look();
    return {how.files,
            allowed,
            machine_after,
            elapsed(machine, machine_after),
            elapsed(share, read_cpu_time(how.files, allowed)),
            seen > 0 ? std::optional(runnable / seen) : std::nullopt,
            chosen,
            interrupts_since(interrupts, read_interrupts(how.files, chosen)),
            timer_resolution_ns(how.files),
            others.busiest(3),
            baseline,
            measuring_on(claims_of(how.files), chosen)};
}

}  // namespace

std::vector<finding> examine_host(const examination& how) {
    const auto host = observe(how);
    std::vector<finding> findings;
    findings.reserve(all_checks.size());
    for (const check look : all_checks)
        findings.push_back(look(host));
    return findings;
}

}  // namespace ipcmark
