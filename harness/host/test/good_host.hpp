#pragma once

#include <string>

#include "harness/host/test/fake_host.hpp"

namespace ipcmark {

inline const std::string cpu = "/sys/devices/system/cpu/";
inline const std::string clocks = "/sys/devices/system/clocksource/clocksource0/";

/// A line of /proc/PID/stat of a process with that nice value and policy.
inline std::string scheduled(const std::string& nice, const std::string& policy) {
    std::string line = "7 (ipc mark) R";
    for (int field = 4; field <= 52; ++field)
        line += " " + (field == 19 ? nice : field == 41 ? policy : "1");
    return line;
}

/// A quiet machine of four CPUs on which nothing needs a remedy, without any privileges.
struct good_host : fake_host {
    good_host() {
        write("/proc/self/status", "Name: x\nCapEff:\t0000000000000000\nCpus_allowed_list:\t0-3");
        write("/proc/loadavg", "0.05 0.05 0.05 1/84 100");
        write("/proc/cpuinfo", "model name : Fast\nflags : fpu tsc constant_tsc");
        write("/proc/self/stat", scheduled("0", "0"));
        write("/proc/self/limits",
              "Max open files            1024    4096    files\n"
              "Max locked memory         unlimited    unlimited    bytes\n"
              "Max msgqueue size         819200    819200    bytes");
        write(cpu + "online", "0-3").write(cpu + "smt/active", "0");
        write(cpu + "cpu0/cpufreq/scaling_governor", "performance");
        write(cpu + "intel_pstate/no_turbo", "1");
        write(clocks + "current_clocksource", "tsc");
        write(clocks + "available_clocksource", "tsc hpet acpi_pm");
        write("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never");
        write("/proc/sys/kernel/randomize_va_space", "2");
        write("/proc/sys/kernel/perf_event_paranoid", "1");
        write(cpu + "cpuidle/current_driver", "intel_idle");
        for (const char* each : {"cpu0", "cpu1", "cpu2", "cpu3"})
            write(cpu + each + "/topology/core_id", "0");
        for (const char* each : {"cpu1", "cpu2"})
            write(cpu + each + "/cpuidle/state0/latency", "2")
                .write(cpu + each + "/cpuidle/state1/latency", "300")
                .write(cpu + each + "/cpuidle/state1/disable", "1");
        write(cpu + "isolated", "1-2").write(cpu + "nohz_full", "1-2");
        write("/proc/interrupts", interrupts(100));
        write("/proc/timer_list", "Timer List Version: v0.9\n .resolution: 1 nsecs");
        write(cpu + "vulnerabilities/meltdown", "Not affected");
        write("/proc/sys/kernel/numa_balancing", "0");
        write("/sys/kernel/mm/ksm/run", "0");
        write("/proc/sys/kernel/nmi_watchdog", "0");
        write("/proc/sys/kernel/timer_migration", "0");
        write("/proc/version", "Linux version 6.1.0 (x) #1 SMP PREEMPT_DYNAMIC Debian 6.1.1");
        write("/proc/meminfo", "MemTotal: 100 kB\nSwapTotal: 2048 kB\nSwapFree: 2048 kB");
        write("/proc/sys/fs/pipe-max-size", "1048576");
        write("/proc/sys/fs/mqueue/msgsize_max", "1048576");
        write("/proc/sys/fs/mqueue/msg_max", "64");
        write("/proc/sys/kernel/msgmax", "8192");
        write("/proc/sys/net/core/wmem_max", "16777216");
        write("/dev/shm/placeholder", "");
        tick(0, 0, 0);
    }

    /// A disk that interrupts CPU 1, and the kernel's own, which no device causes.
    static std::string interrupts(long of_disk) {
        return "           CPU0       CPU1       CPU2       CPU3\n"
               " 36:          5 " +
               std::to_string(of_disk) +
               "          0          0  PCI-MSIX-0000:00:02.0   1-edge      nvme0q1\n"
               "LOC:        900        " +
               std::to_string(of_disk * 7) + "        900        900   Local timer interrupts";
    }

    /// /proc/stat of four CPUs: ticks of the whole machine.
    void tick(long busy, long steal, long idle) {
        const auto line = [](const char* name, long user, long waiting, long stolen) {
            return std::string(name) + " " + std::to_string(user) + " 0 0 " +
                   std::to_string(waiting) + " 0 0 0 " + std::to_string(stolen) + " 0 0\n";
        };
        write("/proc/stat", line("cpu", busy, idle, steal) + line("cpu0", busy, idle, steal) +
                                line("cpu1", 0, 0, 0) + line("cpu2", 0, 0, 0) +
                                line("cpu3", 0, 0, 0) + "ctxt 1");
    }
};

}  // namespace ipcmark
