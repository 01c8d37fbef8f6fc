#include "harness/worker/counters/service_meter.hpp"

#include "harness/worker/counters/process_usage.hpp"

namespace ipcmark {

namespace {

std::vector<pid_t> all_threads(const std::vector<int>& pids) {
    std::vector<pid_t> threads;
    for (const int root : pids)
        for (const pid_t pid : process_tree(root)) {
            const auto more = threads_of(pid);
            threads.insert(threads.end(), more.begin(), more.end());
        }
    return threads;
}

}  // namespace

std::vector<pid_t> process_tree(pid_t root, const host_files& files) {
    std::vector<pid_t> found;
    if (!threads_of(root, files).empty()) found.push_back(root);
    for (std::size_t next = 0; next < found.size(); ++next) {
        const std::string folder = "/proc/" + std::to_string(found[next]) + "/task/";
        for (const pid_t thread : threads_of(found[next], files)) {
            const auto children = files.text(folder + std::to_string(thread) + "/children");
            for (const auto& word : words_of(children.value_or("")))
                if (const auto pid = whole_number(word)) found.push_back(static_cast<pid_t>(*pid));
        }
    }
    return found;
}

service_meter::service_meter(const std::vector<int>& pids, bool events)
    : before_(pids.size()), events_(events, all_threads(pids)) {
    const host_files files;
    for (const int pid : pids)
        used_.push_back(
            {pid, files.text("/proc/" + std::to_string(pid) + "/comm").value_or(""), std::nullopt});
}

service_meter::tree_usage service_meter::read(pid_t root) {
    tree_usage all;
    for (const pid_t pid : process_tree(root))
        if (const auto one = read_process_usage(pid)) all[pid] = *one;
    return all;
}

void service_meter::start() {
    for (std::size_t i = 0; i < used_.size(); ++i)
        before_[i] = read(used_[i].pid);
    events_.start();
}

/// One that was forked meanwhile counts from its beginning; one that ended meanwhile is lost.
void service_meter::stop() {
    events_.stop();
    for (std::size_t i = 0; i < used_.size(); ++i) {
        const tree_usage now = read(used_[i].pid);
        const auto root = now.find(used_[i].pid);
        if (root == now.end() || !before_[i].contains(root->first)) continue;
        process_usage sum;
        for (const auto& [pid, usage] : now) {
            const auto earlier = before_[i].find(pid);
            const auto more = earlier == before_[i].end() ? usage : usage - earlier->second;
            sum.cpu_ns += more.cpu_ns;
            sum.voluntary_switches += more.voluntary_switches;
            sum.involuntary_switches += more.involuntary_switches;
            sum.threads += usage.threads;
        }
        sum.last_cpu = root->second.last_cpu;
        used_[i].consumed = sum;
    }
}

}  // namespace ipcmark
