#include <array>
#include <ctime>
#include <unistd.h>

#include "harness/host/facts/environment.hpp"
#include "harness/host/facts/machine_shape.hpp"

namespace ipcmark {

namespace {

/// "2026-11-21T01:32:54+01:00": local time, as Google Benchmark writes it.
std::string local_date() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::localtime_r(&now, &parts);
    std::array<char, 40> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S%z", &parts);
    std::string date = text.data();
    return date.insert(date.size() - 2, ":");
}

double nominal_mhz(const host_files& files) {
    if (const auto khz = files.number("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq"))
        return static_cast<double>(*khz) / 1e3;
    const auto text = keyed_value(files.text("/proc/cpuinfo").value_or(""), "cpu MHz");
    return text ? decimal(*text).value_or(0) : 0;
}

/// Google Benchmark's rule: a readable governor other than "performance".
bool scaling_enabled(const host_files& files) {
    const auto governor = per_cpu_fact(files, "cpufreq/scaling_governor");
    return governor.is_text() && governor != "performance";
}

tree cache_blocks() {
    tree blocks = tree::array();
    for (const auto& cache : find_machine_shape().caches)
        blocks.push_back({{"type", cache.type},
                          {"level", cache.level},
                          {"size", cache.size_bytes},
                          {"num_sharing", cache.shared_by}});
    return blocks;
}

tree load_averages() {
    std::array<double, 3> averages{};
    const int known = ::getloadavg(averages.data(), static_cast<int>(averages.size()));
    tree list = tree::array();
    for (int i = 0; i < known; ++i)
        list.push_back(averages[static_cast<std::size_t>(i)]);
    return list;
}

}  // namespace

tree benchmark_context(const std::string& library_version, const std::string& build_type,
                       bool redact, const host_files& files) {
    return {{"date", local_date()},
            {"host_name", host_name(redact, files)},
            {"executable", "ipcmark"},
            {"num_cpus", ::sysconf(_SC_NPROCESSORS_ONLN)},
            {"mhz_per_cpu", nominal_mhz(files)},
            {"cpu_scaling_enabled", scaling_enabled(files)},
            {"caches", cache_blocks()},
            {"load_avg", load_averages()},
            {"library_version", library_version},
            {"library_build_type", build_type},
            {"json_schema_version", 1}};
}

}  // namespace ipcmark
