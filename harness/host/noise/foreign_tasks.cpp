#include "harness/host/noise/foreign_tasks.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <unistd.h>

#include "harness/base/clock.hpp"
#include "harness/base/process_stat.hpp"

namespace ipcmark {

namespace {

constexpr double least_cpus = 0.01;

struct process {
    std::int64_t pid = 0;
    std::int64_t parent = 0;
    std::int64_t start = 0;
    std::int64_t ticks = 0;  // user and system
    std::string name;
};

std::optional<process> process_of(const host_files& files, std::int64_t pid) {
    const auto stat =
        process_stat::parse(files.text("/proc/" + std::to_string(pid) + "/stat").value_or(""));
    if (!stat) return std::nullopt;
    const auto parent = stat->field(process_stat::parent);
    const auto user = stat->field(process_stat::user_ticks);
    const auto system = stat->field(process_stat::system_ticks);
    const auto start = stat->field(process_stat::start_ticks);
    if (!parent || !user || !system || !start) return std::nullopt;
    return process{pid, *parent, *start, *user + *system, stat->name()};
}

std::vector<process> all_processes(const host_files& files) {
    std::vector<process> all;
    for (const auto& name : files.names("/proc"))
        if (const auto pid = whole_number(name))
            if (auto found = process_of(files, *pid)) all.push_back(std::move(*found));
    return all;
}

/// `own` and all that descend from it.
std::set<std::int64_t> family_of(std::int64_t own, const std::vector<process>& all) {
    std::set<std::int64_t> family{own};
    for (bool grew = true; grew;) {
        grew = false;
        for (const auto& each : all)
            if (family.contains(each.parent)) grew = family.insert(each.pid).second || grew;
    }
    return family;
}

}  // namespace

foreign_task_watch::foreign_task_watch(host_files files, std::int64_t own)
    : files_(std::move(files)), own_(own) {}

void foreign_task_watch::look() {
    const auto all = all_processes(files_);
    const auto family = family_of(own_, all);
    latest_ns_ = shared_clock::raw_ns();
    const bool first = first_ns_ == 0;
    if (first) first_ns_ = latest_ns_;
    for (const auto& each : all) {
        if (family.contains(each.pid)) continue;
        const auto [at, unknown] = tasks_.try_emplace({each.pid, each.start});
        seen_task& task = at->second;
        // One that was born since the last look took all of its time since then.
        if (!unknown || !first) task.ticks_taken += each.ticks - task.ticks_latest;
        task.ticks_latest = each.ticks;
        task.name = each.name;
    }
}

std::vector<foreign_task> foreign_task_watch::busiest(std::size_t at_most) const {
    if (latest_ns_ <= first_ns_) return {};
    const double span_s = static_cast<double>(latest_ns_ - first_ns_) / 1e9;
    const auto ticks_per_s = static_cast<double>(::sysconf(_SC_CLK_TCK));
    std::map<std::string, std::pair<foreign_task, double>> by_name;  // and the busiest one's CPUs
    for (const auto& [who, task] : tasks_) {
        const double cpus = static_cast<double>(task.ticks_taken) / ticks_per_s / span_s;
        if (cpus <= 0) continue;
        auto& [sum, most] = by_name[task.name];
        sum.name = task.name;
        sum.cpus += cpus;
        ++sum.processes;
        if (cpus > most) {
            most = cpus;
            sum.pid = who.first;
        }
    }
    std::vector<foreign_task> found;
    for (const auto& [name, entry] : by_name)
        if (entry.first.cpus >= least_cpus) found.push_back(entry.first);
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.cpus > b.cpus; });
    if (found.size() > at_most) found.resize(at_most);
    return found;
}

}  // namespace ipcmark
