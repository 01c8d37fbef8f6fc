#include "harness/worker/counters/process_usage.hpp"

#include <algorithm>
#include <string>

#include "harness/base/process_stat.hpp"

namespace ipcmark {

namespace {

std::optional<std::int64_t> keyed_number(const std::string& text, std::string_view key) {
    const auto value = keyed_value(text, key);
    return value ? whole_number(*value) : std::nullopt;
}

bool add_thread(const std::string& folder, const host_files& files, process_usage& to) {
    const auto schedstat = files.text(folder + "/schedstat");
    const auto state = files.text(folder + "/status");
    if (!schedstat || !state) return false;
    const auto fields = words_of(*schedstat);
    const auto run_ns = fields.empty() ? std::nullopt : whole_number(fields.front());
    const auto voluntary = keyed_number(*state, "voluntary_ctxt_switches");
    const auto involuntary = keyed_number(*state, "nonvoluntary_ctxt_switches");
    if (!run_ns || !voluntary || !involuntary) return false;
    to.cpu_ns += *run_ns;
    to.voluntary_switches += *voluntary;
    to.involuntary_switches += *involuntary;
    ++to.threads;
    return true;
}

}  // namespace

std::vector<pid_t> threads_of(pid_t pid, const host_files& files) {
    std::vector<pid_t> threads;
    for (const auto& name : files.names("/proc/" + std::to_string(pid) + "/task"))
        if (const auto number = whole_number(name)) threads.push_back(static_cast<pid_t>(*number));
    return threads;
}

std::optional<process_usage> read_process_usage(pid_t pid, const host_files& files) {
    const std::string folder = "/proc/" + std::to_string(pid);
    process_usage all;
    for (const pid_t thread : threads_of(pid, files))
        add_thread(folder + "/task/" + std::to_string(thread), files, all);
    if (all.threads == 0) return std::nullopt;
    if (const auto stat = process_stat::parse(files.text(folder + "/stat").value_or("")))
        all.last_cpu = static_cast<int>(stat->field(process_stat::last_cpu).value_or(-1));
    return all;
}

}  // namespace ipcmark
