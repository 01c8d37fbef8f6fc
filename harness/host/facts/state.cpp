#include <algorithm>
#include <cmath>

#include "harness/host/facts/cgroup.hpp"
#include "harness/host/facts/cpu_time.hpp"
#include "harness/host/facts/environment.hpp"

namespace ipcmark {

namespace {

tree load_averages(const host_files& files) {
    const auto words = words_of(files.text("/proc/loadavg").value_or(""));
    if (words.size() < 3) return unavailable("/proc/loadavg cannot be read");
    tree averages = tree::array();
    for (std::size_t i = 0; i < 3; ++i) {
        const auto value = decimal(words[i]);
        if (!value) return unavailable("/proc/loadavg is not understood");
        averages.push_back(*value);
    }
    return averages;
}

template <class T>
tree or_unavailable(const std::optional<T>& value, const std::string& reason) {
    return value ? tree(*value) : unavailable(reason);
}

/// Microseconds since boot in which some task waited for the resource.
tree pressure_us(const host_files& files, const std::string& resource) {
    const std::string path = "/proc/pressure/" + resource;
    const auto text = files.text(path);
    if (!text) return file_fact(files, path);
    for (const auto& word : words_of(text->substr(0, text->find('\n'))))
        if (word.starts_with("total="))
            return or_unavailable(whole_number(std::string_view(word).substr(6)),
                                  path + " is not understood");
    return unavailable(path + " is not understood");
}

/// [lowest, highest] over the CPUs.
tree current_mhz(const host_files& files) {
    std::vector<double> mhz;
    for (const auto& cpu : files.cpu_folders())
        if (const auto khz =
                files.number("/sys/devices/system/cpu/" + cpu + "/cpufreq/scaling_cur_freq"))
            mhz.push_back(static_cast<double>(*khz) / 1e3);
    if (mhz.empty())
        if (const auto value = keyed_value(files.text("/proc/cpuinfo").value_or(""), "cpu MHz"))
            if (const auto first = decimal(*value)) mhz.push_back(*first);
    if (mhz.empty()) return unavailable("neither cpufreq nor /proc/cpuinfo tells a frequency");
    const auto [lowest, highest] = std::minmax_element(mhz.begin(), mhz.end());
    return tree::list{std::round(*lowest), std::round(*highest)};
}

tree throttle_count(const host_files& files) {
    std::optional<std::int64_t> sum;
    for (const auto& cpu : files.cpu_folders())
        if (const auto count = files.number("/sys/devices/system/cpu/" + cpu +
                                            "/thermal_throttle/core_throttle_count"))
            sum = sum.value_or(0) + *count;
    return or_unavailable(sum, "no thermal_throttle/core_throttle_count");
}

tree hottest_celsius(const host_files& files) {
    std::optional<double> hottest;
    const auto consider = [&](const std::string& path) {
        const auto millidegrees = files.number(path);
        if (!millidegrees) return;
        const double celsius = static_cast<double>(*millidegrees) / 1e3;
        hottest = std::max(hottest.value_or(celsius), celsius);
    };
    for (const auto& zone : files.names("/sys/class/thermal"))
        if (zone.starts_with("thermal_zone")) consider("/sys/class/thermal/" + zone + "/temp");
    for (const auto& chip : files.names("/sys/class/hwmon")) {
        const std::string folder = "/sys/class/hwmon/" + chip;
        const auto name = files.text(folder + "/name").value_or("");
        if (name == "coretemp" || name == "k10temp") consider(folder + "/temp1_input");
    }
    return or_unavailable(hottest, "no thermal zone and no CPU sensor");
}

tree uptime_s(const host_files& files) {
    const auto words = words_of(files.text("/proc/uptime").value_or(""));
    return or_unavailable(words.empty() ? std::nullopt : decimal(words.front()),
                          "/proc/uptime cannot be read");
}

tree memory_bytes(const host_files& files, std::string_view key) {
    const auto line = keyed_value(files.text("/proc/meminfo").value_or(""), key);
    const auto words = words_of(line.value_or(""));
    const auto kib = words.empty() ? std::nullopt : whole_number(words.front());
    return kib ? tree(*kib * 1024) : unavailable("/proc/meminfo has no " + std::string(key));
}

tree power_supply(const host_files& files) {
    std::string text;
    for (const auto& name : files.names("/sys/class/power_supply")) {
        const auto type = files.text("/sys/class/power_supply/" + name + "/type");
        const auto status = files.text("/sys/class/power_supply/" + name + "/status");
        if (type && *type == "Battery" && status)
            text += (text.empty() ? "battery " : ", battery ") + *status;
    }
    return text.empty() ? "no battery" : text;
}

tree tick_facts(const host_files& files) {
    const std::string reason = "/proc/stat cannot be read";
    const auto time = read_cpu_time(files);
    const auto tick = [&](std::int64_t cpu_time::*field) {
        return time ? tree((*time).*field) : unavailable(reason);
    };
    return {{"busy_ticks", tick(&cpu_time::busy)},
            {"steal_ticks", tick(&cpu_time::steal)},
            {"softirq_ticks", tick(&cpu_time::softirq)},
            {"total_ticks", tick(&cpu_time::total)}};
}

}  // namespace

tree state_facts(const host_files& files) {
    tree facts;
    facts["load_averages"] = load_averages(files);
    facts["runnable_tasks"] = or_unavailable(runnable_tasks(files), "/proc/loadavg cannot be read");
    for (const char* resource : {"cpu", "memory", "io"})
        facts[std::string("pressure_") + resource + "_us"] = pressure_us(files, resource);
    facts.update(tick_facts(files));
    facts["cpu_mhz"] = current_mhz(files);
    facts["throttle_count"] = throttle_count(files);
    facts["hottest_celsius"] = hottest_celsius(files);
    facts["cgroup_throttled_periods"] =
        or_unavailable(control_groups(files).throttled_periods(), "no control group tells");
    facts["uptime_s"] = uptime_s(files);
    facts["available_memory_bytes"] = memory_bytes(files, "MemAvailable");
    facts["free_memory_bytes"] = memory_bytes(files, "MemFree");
    facts["power_supply"] = power_supply(files);
    return facts;
}

}  // namespace ipcmark
