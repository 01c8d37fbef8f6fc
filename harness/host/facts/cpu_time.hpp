#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/base/host_files.hpp"

namespace ipcmark {

/// Clock ticks since boot from /proc/stat, summed over CPUs.
struct cpu_time {
    std::int64_t busy = 0;  // user, nice, system, irq, softirq
    std::int64_t softirq = 0;
    std::int64_t steal = 0;
    std::int64_t total = 0;
    std::int64_t irq = 0;  // stays 0 where the kernel does not account interrupts' time

    friend cpu_time operator-(const cpu_time& a, const cpu_time& b) {
        return {a.busy - b.busy, a.softirq - b.softirq, a.steal - b.steal, a.total - b.total,
                a.irq - b.irq};
    }
};

/// `cpus` empty: all of the machine. nullopt: /proc/stat cannot be read or understood.
std::optional<cpu_time> read_cpu_time(const host_files& files, const std::vector<int>& cpus = {});

/// The CPUs that the files say this process may use; empty when they do not tell.
std::vector<int> allowed_cpus_of(const host_files& files);

/// {0, 1, 2, 3, 8} for "0-3,8"; empty for what is no such list.
std::vector<int> parse_cpu_list(const std::string& text);

/// Tasks running or ready on the machine now, this one included.
std::optional<std::int64_t> runnable_tasks(const host_files& files);

}  // namespace ipcmark
