#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/host_files.hpp"

namespace ipcmark {

/// One device's interrupts on some CPUs, from /proc/interrupts.
struct device_interrupts {
    int number = 0;
    std::string device;
    std::int64_t count = 0;  // summed over those CPUs
};

/// nullopt: /proc/interrupts cannot be read. Lines without a number (timers, rescheduling) belong
/// to the kernel and to the pair itself, and are left out.
std::optional<std::vector<device_interrupts>> read_interrupts(const host_files& files,
                                                              const std::vector<int>& cpus);

/// What came in between, the busiest first, silent ones left out.
std::optional<std::vector<device_interrupts>> interrupts_since(
    const std::optional<std::vector<device_interrupts>>& before,
    const std::optional<std::vector<device_interrupts>>& after);

/// Of the kernel's timers: 1 with high-resolution ones, a whole tick without. Files of a test are
/// asked through /proc/timer_list, the real machine through clock_getres(2), which needs no
/// privilege.
std::optional<std::int64_t> timer_resolution_ns(const host_files& files);

}  // namespace ipcmark
