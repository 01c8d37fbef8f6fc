#include "harness/host/facts/cpu_time.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace ipcmark {

namespace {

/// The kernel counts guest time inside user and nice: fields 9 and 10 would count it twice.
std::optional<cpu_time> parse_line(const std::vector<std::string>& words) {
    constexpr std::size_t fields = 8;
    std::array<std::int64_t, fields> ticks{};
    if (words.size() < fields + 1) return std::nullopt;
    for (std::size_t i = 0; i < fields; ++i) {
        const auto value = whole_number(words[i + 1]);
        if (!value) return std::nullopt;
        ticks[i] = *value;
    }
    const auto& [user, nice, system, idle, iowait, irq, softirq, steal] = ticks;
    const std::int64_t busy = user + nice + system + irq + softirq;
    return cpu_time{busy, softirq, steal, busy + idle + iowait + steal, irq};
}

bool wanted(const std::string& name, const std::vector<int>& cpus) {
    if (cpus.empty()) return name == "cpu";
    if (!name.starts_with("cpu")) return false;
    const auto cpu = whole_number(std::string_view(name).substr(3));
    return cpu && std::find(cpus.begin(), cpus.end(), *cpu) != cpus.end();
}

}  // namespace

std::optional<cpu_time> read_cpu_time(const host_files& files, const std::vector<int>& cpus) {
    const auto text = files.text("/proc/stat");
    if (!text) return std::nullopt;
    std::istringstream lines(*text);
    std::optional<cpu_time> sum;
    for (std::string line; std::getline(lines, line) && line.starts_with("cpu");) {
        const auto words = words_of(line);
        if (!wanted(words.front(), cpus)) continue;
        const auto one = parse_line(words);
        if (!one) return std::nullopt;
        const cpu_time so_far = sum.value_or(cpu_time{});
        sum = cpu_time{so_far.busy + one->busy, so_far.softirq + one->softirq,
                       so_far.steal + one->steal, so_far.total + one->total, so_far.irq + one->irq};
    }
    return sum;
}

std::vector<int> parse_cpu_list(const std::string& text) {
    constexpr std::int64_t most = 8192;
    std::vector<int> cpus;
    std::istringstream ranges(text);
    for (std::string range; std::getline(ranges, range, ',');) {
        const auto dash = range.find('-');
        const auto first = whole_number(trimmed(range.substr(0, dash)));
        const auto last =
            dash == std::string::npos ? first : whole_number(trimmed(range.substr(dash + 1)));
        if (!first || !last || *first < 0 || *last >= most) return {};
        for (auto cpu = *first; cpu <= *last; ++cpu)
            cpus.push_back(static_cast<int>(cpu));
    }
    return cpus;
}

std::vector<int> allowed_cpus_of(const host_files& files) {
    const auto status = files.text("/proc/self/status");
    const auto list = status ? keyed_value(*status, "Cpus_allowed_list") : std::nullopt;
    return list ? parse_cpu_list(*list) : std::vector<int>{};
}

std::optional<std::int64_t> runnable_tasks(const host_files& files) {
    const auto text = files.text("/proc/loadavg");
    const auto words = words_of(text.value_or(""));
    if (words.size() < 4) return std::nullopt;
    return whole_number(words[3].substr(0, words[3].find('/')));
}

}  // namespace ipcmark
