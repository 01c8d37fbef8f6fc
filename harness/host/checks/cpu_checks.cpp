#include <algorithm>
#include <fmt/format.h>
#include <sched.h>

#include "harness/base/process_stat.hpp"
#include "harness/host/checks/host_view.hpp"
#include "harness/host/facts/cgroup.hpp"
#include "harness/host/facts/environment.hpp"
#include "harness/host/facts/machine_shape.hpp"
#include "harness/host/noise/noise.hpp"

namespace ipcmark::checks {

namespace {

constexpr const char* drop_limits = "# docker: without --cpus; Kubernetes: without a CPU limit";

std::string online_cpus(const host_files& files) {
    return files.text("/sys/devices/system/cpu/online").value_or("unknown");
}

/// In CPUs kept busy by others: the ticks of `n` CPUs add up to n x the elapsed time.
std::optional<double> busy_cpus(const host_view& host) {
    if (!host.allowed_share || host.allowed_share->total <= 0) return std::nullopt;
    const auto cpus = static_cast<double>(std::max<std::size_t>(host.allowed.size(), 1));
    return cpus * static_cast<double>(host.allowed_share->busy) /
           static_cast<double>(host.allowed_share->total);
}

double percent(std::int64_t part, std::int64_t whole) {
    return whole > 0 ? 100.0 * static_cast<double>(part) / static_cast<double>(whole) : 0.0;
}

std::string policy_name(std::int64_t policy) {
    switch (policy) {
        case SCHED_OTHER:
            return "the usual scheduling";
        case SCHED_FIFO:
            return "SCHED_FIFO";
        case SCHED_RR:
            return "SCHED_RR";
        case SCHED_BATCH:
            return "SCHED_BATCH";
        case SCHED_IDLE:
            return "SCHED_IDLE";
        default:
            return fmt::format("scheduling policy {}", policy);
    }
}

}  // namespace

finding allowed_cpus(const host_view& host) {
    finding found{"cpu.allowed", severity::ok, "",
                  "a pair needs two CPUs; with one they take turns and nothing across cores can be "
                  "measured",
                  ""};
    if (host.allowed.empty()) {
        found.how = severity::info;
        found.text = "the CPUs that may be used are not told by /proc/self/status";
        return found;
    }
    found.text = fmt::format("CPUs {} of {} may be used", cpu_list_text(host.allowed),
                             online_cpus(host.files));
    if (host.allowed.size() == 1) {
        found.how = severity::error;
        found.text = fmt::format("only CPU {} of {} may be used", host.allowed.front(),
                                 online_cpus(host.files));
        found.remedy =
            "taskset -c 0,1 ipcmark ...  # docker run --cpuset-cpus=0,1; give a VM a second CPU";
    } else if (host.allowed.size() == 2) {
        found.how = severity::info;
        found.why = "the pair takes both; whatever else runs interrupts it";
    }
    return found;
}

finding cpu_topology(const host_view& host) {
    finding found{"cpu.topology", severity::ok, "it is told which cores and caches CPUs share",
                  "without it pairs stand on any two CPUs, and their cells match those of no other "
                  "machine",
                  ""};
    const std::string first = "/sys/devices/system/cpu/cpu" +
                              std::to_string(host.allowed.empty() ? 0 : host.allowed.front());
    if (host.files.exists(first + "/topology")) return found;
    found.how = severity::warning;
    found.text = "there is no topology in /sys: the placement is cross, whatever the CPUs share";
    found.remedy = "mount sysfs (docker does), or run outside of the sandbox";
    return found;
}

finding cpu_quota(const host_view& host) {
    const group_limit quota = control_groups(host.files).cpu_quota();
    finding found{
        "cpu.quota", severity::ok, "no control group limits CPU time",
        "a pair that uses up the quota is stopped for the rest of the period, often 100 ms", ""};
    if (!quota.value) return found;
    const auto usable = static_cast<double>(host.allowed.size());
    found.text = fmt::format("the control group grants {:.2f} CPUs ({})", *quota.value, quota.file);
    if (*quota.value >= usable && usable > 0) return found;
    found.how = *quota.value < 2 ? severity::error : severity::warning;
    found.remedy =
        fmt::format("echo {} | sudo tee {}  {}", quota.file.ends_with("cpu.max") ? "max" : "-1",
                    quota.file, drop_limits);
    return found;
}

finding governor(const host_view& host) {
    const auto governor = per_cpu_fact(host.files, "cpufreq/scaling_governor");
    finding found{"cpu.governor", severity::ok, "",
                  "the clock follows the load: short repetitions run at whatever speed it is at",
                  ""};
    if (!is_available(governor)) {
        found.how = severity::info;
        found.text = "no frequency governor is visible";
        found.why = "the firmware or the host of a virtual machine decides the clock speed";
        return found;
    }
    const auto name = governor.as_text();
    found.text = fmt::format("frequency governor: {}", name);
    if (name == "performance") return found;
    found.how = severity::warning;
    found.remedy =
        "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor";
    return found;
}

finding turbo(const host_view& host) {
    finding found{"cpu.turbo", severity::ok, "turbo is off",
                  "turbo speed depends on heat and on what the other cores do", ""};
    const auto off = host.files.number("/sys/devices/system/cpu/intel_pstate/no_turbo");
    const auto on = host.files.number("/sys/devices/system/cpu/cpufreq/boost");
    if (!off && !on) {
        found.how = severity::info;
        found.text = "whether turbo is on is not visible";
    } else if (off ? *off == 0 : *on != 0) {
        found.how = severity::info;
        found.text = "turbo is on";
        found.remedy = off ? "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo"
                           : "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost";
    }
    return found;
}

finding hardware_threads(const host_view& host) {
    const auto active = host.files.number("/sys/devices/system/cpu/smt/active");
    finding found{"cpu.smt", severity::ok, "one hardware thread per core",
                  "what runs on the other thread of a core slows a pinned process", ""};
    if (!active) {
        found.how = severity::info;
        found.text = "whether cores have several hardware threads is not visible";
    } else if (*active != 0) {
        found.how = severity::info;
        found.text = "cores have several hardware threads (SMT is on)";
        found.remedy = "echo off | sudo tee /sys/devices/system/cpu/smt/control";
    }
    return found;
}

finding load_average(const host_view& host) {
    constexpr double tolerable_per_cpu = 0.25;
    finding found{"load.average", severity::ok, "",
                  "others compete for the CPUs, caches and memory of the pair", ""};
    const auto text = host.files.text("/proc/loadavg");
    const auto load = text ? decimal(*text) : std::nullopt;
    if (!load) {
        found.how = severity::info;
        found.text = "the load average cannot be read";
        return found;
    }
    const std::size_t cpus = std::max<std::size_t>(host.allowed.size(), 1);
    found.text = fmt::format("load average of the last minute {:.2f} on {} CPUs", *load, cpus);
    if (*load <= tolerable_per_cpu * static_cast<double>(cpus)) return found;
    found.how = severity::warning;
    found.remedy = "uptime  # wait until it shows less, or stop what top -o %CPU shows";
    return found;
}

finding foreign_cpu(const host_view& host) {
    constexpr gate_row bounds = gate_of("foreign_cpu");
    finding found{"load.foreign", severity::ok, "",
                  fmt::format("above {} CPUs of foreign work a repetition counts as disturbed",
                              bounds.usable),
                  ""};
    const auto busy = busy_cpus(host);
    if (!busy) {
        found.how = severity::info;
        found.text = "how busy the CPUs are cannot be read from /proc/stat";
        return found;
    }
    found.text = fmt::format("others kept {:.2f} CPUs busy just now", *busy);
    if (*busy > bounds.quiet && !host.others.empty())
        found.text += fmt::format(", most of it {} (process {})", host.others.front().name,
                                  host.others.front().pid);
    if (*busy > bounds.usable) {
        found.how = severity::warning;
        found.remedy = host.others.empty()
                           ? std::string(bounds.remedy)
                           : fmt::format("ps -fp {}  # {}: {}", host.others.front().pid,
                                         host.others.front().name, bounds.remedy);
    } else if (*busy > bounds.quiet) {
        found.how = severity::info;
    }
    return found;
}

finding other_runs(const host_view& host) {
    finding found{"load.ipcmark", severity::ok, "no other ipcmark measures on these CPUs",
                  "two runs on the same CPUs disturb each other: the figures of both are too slow",
                  ""};
    if (host.other_runs.empty()) return found;
    found.how = severity::warning;
    found.text = "another ipcmark measures on these CPUs now: " + text_of(host.other_runs.front());
    if (host.other_runs.size() > 1)
        found.text += fmt::format(", and {} more", host.other_runs.size() - 1);
    found.remedy =
        "let it end: `ipcmark run --wait` queues behind it; or give each run CPUs of its own with "
        "taskset";
    return found;
}

finding runnable(const host_view& host) {
    finding found{"load.runnable", severity::ok, "",
                  "a task that is ready takes its turn on the CPU of the pair", ""};
    if (!host.other_runnable) {
        found.how = severity::info;
        found.text = "the number of runnable tasks cannot be read";
        return found;
    }
    const double tolerable = std::max(0.5, 0.1 * static_cast<double>(host.allowed.size()));
    found.text =
        fmt::format("{:.1f} other tasks running or ready on average", *host.other_runnable);
    if (*host.other_runnable <= tolerable) return found;
    found.how = severity::warning;
    found.remedy = "ps -eo stat,pcpu,pid,comm | grep ^R  # stop what can be stopped";
    return found;
}

finding scheduling(const host_view& host) {
    finding found{"load.scheduling", severity::ok, "",
                  "who else runs decides how long a process with another weight waits", ""};
    const auto stat = process_stat::parse(host.files.text("/proc/self/stat").value_or(""));
    const auto nice = stat ? stat->field(process_stat::nice) : std::nullopt;
    const auto policy = stat ? stat->field(process_stat::policy) : std::nullopt;
    if (!nice || !policy) {
        found.how = severity::info;
        found.text = "how this program is scheduled is not told by /proc/self/stat";
        return found;
    }
    found.text = fmt::format("started with {}, nice {}", policy_name(*policy), *nice);
    if (*policy == SCHED_OTHER && *nice == 0) return found;
    found.how = severity::warning;
    if (*policy == SCHED_FIFO || *policy == SCHED_RR) {
        found.why = "a pair that spins fills its share of real time, and is then stopped for 50 ms";
        found.remedy = "chrt -o 0 ipcmark ...  # or sysctl -w kernel.sched_rt_runtime_us=-1";
    } else if (*policy == SCHED_OTHER) {
        found.remedy = "start it without nice; renice -n 0 -p $$ puts a shell back (as root)";
    } else {
        found.remedy = "chrt -o 0 ipcmark ...";
    }
    return found;
}

finding steal(const host_view& host) {
    constexpr double tolerable_percent = 100 * gate_of("steal").usable;
    finding found{"load.steal", severity::ok, "",
                  "the hypervisor ran somebody else while this machine wanted to run", ""};
    if (!host.machine || !host.since_boot) {
        found.how = severity::info;
        found.text = "stolen time cannot be read from /proc/stat";
        return found;
    }
    const double now = percent(host.machine->steal, host.machine->total);
    const double always = percent(host.since_boot->steal, host.since_boot->total);
    found.text =
        fmt::format("{:.1f} % of the CPU time stolen just now, {:.2f} % since boot", now, always);
    // One tick of a 200 ms sample is up to 5 %: it proves nothing.
    const bool stolen_now = host.machine->steal >= 2 && now > tolerable_percent;
    if (!stolen_now && always <= tolerable_percent) return found;
    found.how = severity::warning;
    found.remedy =
        "move to dedicated CPUs or a quieter host, or raise --repetitions and compare within one "
        "run";
    return found;
}

finding pauses(const host_view& host) {
    constexpr double many_ppm = 50'000;
    constexpr double some_ppm = 10'000;
    finding found{"load.pauses", severity::ok, "",
                  "timer ticks and the hypervisor stop whoever runs: the longest latencies include "
                  "such pauses, however quiet the machine is",
                  ""};
    if (!host.baseline || host.baseline->windows == 0) {
        found.text = host.baseline ? "what the host itself takes cannot be told: other tasks ran"
                                   : "what the host itself takes was not looked for";
        if (host.baseline) found.how = severity::info;
        return found;
    }
    const host_baseline& taken = *host.baseline;
    found.text = fmt::format(
        "the host takes {:.2f} % of the time of whoever runs, in {:.0f} pauses a second of {:.0f} "
        "us",
        taken.gap_ppm_median / 1e4, taken.pauses_per_s, taken.pause_us);
    if (taken.gap_ppm_median <= some_ppm) return found;
    found.how = taken.gap_ppm_median > many_ppm ? severity::warning : severity::info;
    found.remedy = "ask for dedicated CPUs; on your own machine boot with nohz_full= for the pair";
    return found;
}

}  // namespace ipcmark::checks
