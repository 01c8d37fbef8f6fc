#include "harness/host/noise/foreign_tasks.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <unistd.h>

#include "harness/base/clock.hpp"

namespace ipcmark {

namespace {

constexpr double least_cpus = 0.01;

/// What /proc/PID/stat says; proc_pid_stat(5).
struct process_stat {
    std::int64_t pid = 0;
    std::int64_t parent = 0;
    std::int64_t start = 0;
    std::int64_t ticks = 0;  // user and system
    std::string name;
};

std::optional<process_stat> stat_of(const host_files& files, const std::string& pid) {
    const auto text = files.text("/proc/" + pid + "/stat");
    if (!text) return std::nullopt;
    // The name may hold anything, brackets and spaces too.
    const auto open = text->find('(');
    const auto close = text->rfind(')');
    if (open == std::string::npos || close == std::string::npos || close < open)
        return std::nullopt;
    const auto rest = words_of(std::string_view(*text).substr(close + 1));
    constexpr std::size_t parent_at = 1, user_at = 11, system_at = 12, start_at = 19;
    if (rest.size() <= start_at) return std::nullopt;
    const auto number = [&](std::size_t at) { return whole_number(rest[at]).value_or(0); };
    return process_stat{whole_number(pid).value_or(0), number(parent_at), number(start_at),
                        number(user_at) + number(system_at),
                        text->substr(open + 1, close - open - 1)};
}

std::vector<process_stat> all_processes(const host_files& files) {
    std::vector<process_stat> all;
    for (const auto& name : files.names("/proc"))
        if (whole_number(name))
            if (auto found = stat_of(files, name)) all.push_back(std::move(*found));
    return all;
}

/// `own` and all that descend from it.
std::set<std::int64_t> family_of(std::int64_t own, const std::vector<process_stat>& all) {
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
