#include <fmt/format.h>

#include "harness/host/checks/host_view.hpp"

namespace ipcmark::checks {

namespace {

/// A switch of /proc/sys that should be 0; absent means that the kernel lacks what it switches.
finding should_be_off(const host_view& host, finding found, const std::string& path,
                      const std::string& what, const std::string& remedy) {
    const auto value = host.files.number(path);
    if (!value) {
        found.text = "this kernel has no " + what;
    } else if (*value == 0) {
        found.text = what + " is off";
    } else {
        found.how = severity::info;
        found.text = what + " is on";
        found.remedy = remedy;
    }
    return found;
}

}  // namespace

finding timer_resolution(const host_view& host) {
    constexpr std::int64_t fine_ns = 1'000;
    finding found{"kernel.timers", severity::ok, "",
                  "sleeps and paced sends end only at the next tick, milliseconds late", ""};
    if (!host.timer_resolution_ns) {
        found.how = severity::info;
        found.text = "the resolution of timers is not visible";
        return found;
    }
    found.text = fmt::format("timers have a resolution of {} ns", *host.timer_resolution_ns);
    if (*host.timer_resolution_ns <= fine_ns) return found;
    found.how = severity::warning;
    found.remedy = "boot without highres=off and nohz=off; cat /proc/cmdline shows them";
    return found;
}

finding mitigations(const host_view& host) {
    constexpr const char* folder = "/sys/devices/system/cpu/vulnerabilities";
    finding found{"kernel.mitigations", severity::ok, "",
                  "they make every system call and switch slower: figures compare only between "
                  "machines that have the same ones",
                  ""};
    const auto names = host.files.names(folder);
    std::size_t active = 0;
    std::string list;
    for (const auto& name : names) {
        const auto text = host.files.text(std::string(folder) + "/" + name).value_or("");
        if (!text.starts_with("Mitigation")) continue;
        ++active;
        list += (list.empty() ? "" : ", ") + name;
    }
    if (names.empty()) {
        found.text = "this kernel tells of no CPU vulnerabilities";
        return found;
    }
    found.text = active == 0 ? "no mitigation of a CPU vulnerability is active"
                             : fmt::format("{} mitigations are active: {}", active, list);
    if (active > 0) {
        found.how = severity::info;
        found.remedy =
            "keep them where others have access; a machine of your own may boot with "
            "mitigations=off to see what they cost";
    }
    return found;
}

finding numa_balancing(const host_view& host) {
    return should_be_off(
        host,
        {"kernel.numa_balancing", severity::ok, "",
         "it unmaps pages to see who uses them: faults at moments nobody chose", ""},
        "/proc/sys/kernel/numa_balancing", "automatic NUMA balancing",
        "sudo sysctl kernel.numa_balancing=0");
}

finding same_page_merging(const host_view& host) {
    constexpr std::int64_t merging = 1;
    finding found{"kernel.ksm", severity::ok, "same-page merging does not run",
                  "it scans memory on some CPU and makes equal pages shared until they are written",
                  ""};
    if (host.files.number("/sys/kernel/mm/ksm/run").value_or(0) != merging) return found;
    found.how = severity::info;
    found.text = "same-page merging (KSM) runs";
    found.remedy = "echo 0 | sudo tee /sys/kernel/mm/ksm/run";
    return found;
}

finding watchdogs(const host_view& host) {
    return should_be_off(host,
                         {"kernel.watchdog", severity::ok, "",
                          "it interrupts every CPU now and then, whatever runs there, and takes a "
                          "hardware counter",
                          ""},
                         "/proc/sys/kernel/nmi_watchdog", "NMI watchdog",
                         "sudo sysctl kernel.nmi_watchdog=0");
}

finding timer_migration(const host_view& host) {
    return should_be_off(host,
                         {"kernel.timer_migration", severity::ok, "",
                          "timers of idle CPUs move to busy ones, such as those of the pair", ""},
                         "/proc/sys/kernel/timer_migration", "timer migration",
                         "sudo sysctl kernel.timer_migration=0");
}

finding preemption(const host_view& host) {
    finding found{"kernel.preemption", severity::ok, "",
                  "it decides how soon a woken task runs and what a system call costs: figures "
                  "compare only between equal models",
                  ""};
    const auto chosen = host.files.text("/sys/kernel/debug/sched/preempt");
    const auto version = host.files.text("/proc/version").value_or("");
    if (chosen && chosen->find('(') != std::string::npos) {
        const auto open = chosen->find('(');
        found.text = "preemption model: " + chosen->substr(open + 1, chosen->find(')') - open - 1);
        return found;
    }
    for (const char* word : {"PREEMPT_RT", "PREEMPT_DYNAMIC", "PREEMPT_LAZY", "PREEMPT"})
        if (version.find(word) != std::string::npos) {
            found.text = fmt::format("preemption model: {}", word);
            if (word == std::string_view("PREEMPT_RT")) {
                found.how = severity::info;
                found.text += " (real time)";
                found.why =
                    "locks sleep and interrupts are threads: figures are not those of an "
                    "ordinary kernel";
            }
            return found;
        }
    found.text = version.empty() ? "the preemption model is not visible"
                                 : "preemption model: none or voluntary";
    if (version.empty()) found.how = severity::info;
    return found;
}

finding swapping(const host_view& host) {
    finding found{"machine.swap", severity::ok, "no memory is swapped out",
                  "a page that has to come back from the disk stops its process for milliseconds",
                  ""};
    const auto kib = [&](std::string_view key) -> std::int64_t {
        const auto line = keyed_value(host.files.text("/proc/meminfo").value_or(""), key);
        const auto words = words_of(line.value_or(""));
        return words.empty() ? 0 : whole_number(words.front()).value_or(0);
    };
    const std::int64_t used_kib = kib("SwapTotal") - kib("SwapFree");
    if (used_kib <= 0) return found;
    found.how = severity::info;
    found.text = fmt::format("{} MiB of memory are swapped out", used_kib / 1024);
    found.remedy = "sudo swapoff -a  # when memory is enough: free -m";
    return found;
}

}  // namespace ipcmark::checks
