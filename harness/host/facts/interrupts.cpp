#include "harness/host/facts/interrupts.hpp"

#include <algorithm>
#include <sstream>
#include <time.h>

namespace ipcmark {

namespace {

/// The columns of the CPUs asked for; /proc/interrupts has one for each CPU that is online.
std::vector<std::size_t> columns_of(const std::string& header, const std::vector<int>& cpus) {
    std::vector<std::size_t> columns;
    const auto names = words_of(header);
    for (std::size_t i = 0; i < names.size(); ++i)
        for (const int cpu : cpus)
            if (names[i] == "CPU" + std::to_string(cpu)) columns.push_back(i);
    return columns;
}

}  // namespace

std::optional<std::vector<device_interrupts>> read_interrupts(const host_files& files,
                                                              const std::vector<int>& cpus) {
    const auto text = files.text("/proc/interrupts");
    if (!text) return std::nullopt;
    std::istringstream lines(*text);
    std::string line;
    std::getline(lines, line);
    const std::size_t online = words_of(line).size();
    const auto columns = columns_of(line, cpus);
    std::vector<device_interrupts> found;
    while (std::getline(lines, line)) {
        const auto words = words_of(line);
        if (words.size() <= online || !words.front().ends_with(':')) continue;
        const auto number =
            whole_number(std::string_view(words.front()).substr(0, words.front().size() - 1));
        if (!number) continue;
        device_interrupts each{static_cast<int>(*number), words.back(), 0};
        for (const std::size_t column : columns)
            each.count += whole_number(words[column + 1]).value_or(0);
        found.push_back(std::move(each));
    }
    return found;
}

std::optional<std::vector<device_interrupts>> interrupts_since(
    const std::optional<std::vector<device_interrupts>>& before,
    const std::optional<std::vector<device_interrupts>>& after) {
    if (!before || !after) return std::nullopt;
    std::vector<device_interrupts> found;
    for (device_interrupts each : *after) {
        for (const auto& earlier : *before)
            if (earlier.number == each.number) each.count -= earlier.count;
        if (each.count > 0) found.push_back(std::move(each));
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.count > b.count; });
    return found;
}

std::optional<std::int64_t> timer_resolution_ns(const host_files& files) {
    if (files.real()) {
        timespec resolution{};
        if (::clock_getres(CLOCK_MONOTONIC, &resolution) != 0) return std::nullopt;
        return std::int64_t{resolution.tv_sec} * 1'000'000'000 + resolution.tv_nsec;
    }
    const auto text = files.text("/proc/timer_list");
    const auto value = text ? keyed_value(*text, ".resolution") : std::nullopt;
    return value ? whole_number(words_of(*value).front()) : std::nullopt;
}

}  // namespace ipcmark
