#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <pwd.h>
#include <sched.h>
#include <unistd.h>

#include "harness/host/facts/cgroup.hpp"
#include "harness/host/facts/cpu_time.hpp"
#include "harness/host/facts/environment.hpp"
#include "harness/host/facts/machine_shape.hpp"

#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

namespace ipcmark {

namespace {

struct file_key {
    const char* key;
    const char* path;
};

void add_files(tree& facts, const host_files& files, std::initializer_list<file_key> keys) {
    for (const auto& [key, path] : keys)
        facts[key] = file_fact(files, path);
}

tree preemption_model(const host_files& files) {
    if (const auto chosen = files.text("/sys/kernel/debug/sched/preempt")) {
        const auto open = chosen->find('(');
        const auto close = chosen->find(')');
        if (open < close && close != std::string::npos)
            return "dynamic: " + chosen->substr(open + 1, close - open - 1);
    }
    const auto version = files.text("/proc/sys/kernel/version");
    if (!version) return unavailable("/proc/sys/kernel/version cannot be read");
    for (const auto& word : words_of(*version))
        if (word.starts_with("PREEMPT")) return word;
    return "none or voluntary";
}

/// Only options that move timings; the rest of a command line is nobody's business.
tree kernel_options(const host_files& files) {
    constexpr std::array<std::string_view, 20> kept{"cpuidle_haltpoll.force",
                                                    "haltpoll.guest_halt_poll_ns",
                                                    "mitigations",
                                                    "isolcpus",
                                                    "nohz",
                                                    "nohz_full",
                                                    "rcu_nocbs",
                                                    "irqaffinity",
                                                    "idle",
                                                    "intel_pstate",
                                                    "amd_pstate",
                                                    "processor.max_cstate",
                                                    "intel_idle.max_cstate",
                                                    "cpuidle.off",
                                                    "tsc",
                                                    "clocksource",
                                                    "preempt",
                                                    "nosmt",
                                                    "skew_tick",
                                                    "transparent_hugepage"};
    const auto line = files.text("/proc/cmdline");
    if (!line) return unavailable("/proc/cmdline cannot be read");
    std::string text;
    for (const auto& word : words_of(*line))
        if (std::find(kept.begin(), kept.end(), word.substr(0, word.find('='))) != kept.end())
            text += (text.empty() ? "" : " ") + word;
    return text.empty() ? "none of those that move timings" : text;
}

tree kernel_facts(const host_files& files) {
    tree facts;
    facts["kernel_release"] = file_fact(files, "/proc/sys/kernel/osrelease");
    facts["kernel_build"] = file_fact(files, "/proc/sys/kernel/version");
    facts["preemption"] = preemption_model(files);
    facts["kernel_options"] = kernel_options(files);
    return facts;
}

tree cpuinfo_fact(const std::string& cpuinfo, std::string_view key) {
    const auto value = keyed_value(cpuinfo, key);
    if (!value || value->empty()) return unavailable(fmt::format("/proc/cpuinfo has no '{}'", key));
    if (const auto number = whole_number(*value)) return *number;
    return *value;
}

tree tsc_flags(const std::string& flags) {
    std::string text;
    for (const auto& word : words_of(flags))
        if (word.find("tsc") != std::string::npos) text += (text.empty() ? "" : " ") + word;
    return text;
}

/// Arm kernels give part numbers instead of a name; the board's name stands in.
tree cpu_model(const std::string& cpuinfo, const host_files& files) {
    for (const char* key : {"model name", "Model", "Hardware", "cpu"})
        if (const auto value = keyed_value(cpuinfo, key); value && !value->empty()) return *value;
    const auto implementer = keyed_value(cpuinfo, "CPU implementer");
    const auto part = keyed_value(cpuinfo, "CPU part");
    if (implementer && part) {
        const auto board = files.text("/proc/device-tree/model");
        return fmt::format("implementer {} part {}{}", *implementer, *part,
                           board ? " (" + *board + ")" : "");
    }
    return unavailable("/proc/cpuinfo names no model");
}

tree cpu_facts(const host_files& files) {
    tree facts;
    const auto cpuinfo = files.text("/proc/cpuinfo");
    if (!cpuinfo) return {{"cpu_model", unavailable("/proc/cpuinfo cannot be read")}};
    facts["cpu_model"] = cpu_model(*cpuinfo, files);
    facts["cpu_vendor"] = cpuinfo_fact(*cpuinfo, "vendor_id");
    facts["cpu_family"] = cpuinfo_fact(*cpuinfo, "cpu family");
    facts["cpu_model_number"] = cpuinfo_fact(*cpuinfo, "model");
    facts["cpu_stepping"] = cpuinfo_fact(*cpuinfo, "stepping");
    facts["cpu_microcode"] = cpuinfo_fact(*cpuinfo, "microcode");
    auto flags = keyed_value(*cpuinfo, "flags");
    if (!flags) flags = keyed_value(*cpuinfo, "Features");
    facts["cpu_flags_hash"] = flags ? tree(fmt::format("fnv64:{:016x}", fnv64(*flags)))
                                    : unavailable("/proc/cpuinfo lists no flags");
    facts["tsc_flags"] = flags ? tsc_flags(*flags) : unavailable("/proc/cpuinfo lists no flags");
    return facts;
}

/// Kernels write an empty list as "" or "(null)".
bool has_digit(const std::string& list) {
    return list.find_first_of("0123456789") != list.npos;
}

tree numa_distances(const host_files& files) {
    std::string text;
    for (const auto& name : files.names("/sys/devices/system/node"))
        if (name.starts_with("node"))
            if (const auto row = files.text("/sys/devices/system/node/" + name + "/distance"))
                text += (text.empty() ? "" : " | ") + *row;
    return text.empty() ? unavailable("/sys/devices/system/node tells no distances") : tree(text);
}

tree topology_facts(const host_files& files) {
    tree facts;
    try {
        const machine_shape shape = find_machine_shape();
        facts["packages"] = shape.packages;
        facts["cores"] = shape.cores;
        facts["cpus"] = shape.cpus;
        facts["numa_nodes"] = shape.numa_nodes;
        facts["l2_caches"] = shape.l2_caches;
        facts["l3_caches"] = shape.l3_caches;
        tree caches = tree::array();
        for (const auto& cache : shape.caches)
            caches.push_back(fmt::format("L{} {} {} KiB for {} CPU{}", cache.level, cache.type,
                                         cache.size_bytes / 1024, cache.shared_by,
                                         cache.shared_by == 1 ? "" : "s"));
        facts["caches"] = std::move(caches);
        facts["topology_hash"] = fmt::format("fnv64:{:016x}", fnv64(shape.canonical));
    } catch (const std::exception& e) {
        facts["topology_hash"] = unavailable(e.what());
    }
    facts["numa_distances"] = numa_distances(files);
    add_files(facts, files,
              {{"online_cpus", "/sys/devices/system/cpu/online"},
               {"isolated_cpus", "/sys/devices/system/cpu/isolated"},
               {"nohz_full_cpus", "/sys/devices/system/cpu/nohz_full"},
               {"smt", "/sys/devices/system/cpu/smt/control"},
               {"smt_active", "/sys/devices/system/cpu/smt/active"}});
    for (const char* key : {"isolated_cpus", "nohz_full_cpus"})
        if (const auto& list = facts[key]; list.is_text() && !has_digit(list.as_text()))
            facts[key] = "none";
    const auto allowed = allowed_cpus_of(files);
    facts["allowed_cpus"] = allowed.empty() ? unavailable("/proc/self/status does not tell")
                                            : tree(cpu_list_text(allowed));
    return facts;
}

tree turbo_fact(const host_files& files) {
    if (const auto off = files.number("/sys/devices/system/cpu/intel_pstate/no_turbo"))
        return *off == 0 ? "on" : "off";
    if (const auto on = files.number("/sys/devices/system/cpu/cpufreq/boost"))
        return *on != 0 ? "on" : "off";
    return unavailable("neither intel_pstate/no_turbo nor cpufreq/boost is there");
}

tree idle_states(const host_files& files) {
    const std::string folder = "/sys/devices/system/cpu/cpu0/cpuidle/";
    std::string text;
    for (const auto& state : files.names(folder)) {
        const std::string here = folder + state;
        const auto name = files.text(here + "/name");
        if (!name) continue;
        text += (text.empty() ? "" : ", ") + *name;
        if (files.number(here + "/disable").value_or(0) != 0) text += " (disabled)";
    }
    return text.empty() ? unavailable(folder + " lists no states") : tree(text);
}

tree power_facts(const host_files& files) {
    tree facts;
    facts["scaling_driver"] = per_cpu_fact(files, "cpufreq/scaling_driver");
    facts["governor"] = per_cpu_fact(files, "cpufreq/scaling_governor");
    facts["energy_preference"] = per_cpu_fact(files, "cpufreq/energy_performance_preference");
    facts["scaling_min_khz"] = per_cpu_fact(files, "cpufreq/scaling_min_freq");
    facts["scaling_max_khz"] = per_cpu_fact(files, "cpufreq/scaling_max_freq");
    facts["turbo"] = turbo_fact(files);
    facts["cpuidle_driver"] = file_fact(files, "/sys/devices/system/cpu/cpuidle/current_driver");
    facts["cpuidle_governor"] =
        file_fact(files, "/sys/devices/system/cpu/cpuidle/current_governor_ro");
    facts["guest_halt_poll_ns"] =
        file_fact(files, "/sys/module/haltpoll/parameters/guest_halt_poll_ns");
    facts["idle_states"] = idle_states(files);
    return facts;
}

tree vulnerabilities(const host_files& files) {
    const std::string folder = "/sys/devices/system/cpu/vulnerabilities/";
    tree facts = tree::object();
    for (const auto& name : files.names(folder))
        facts[name] = file_fact(files, folder + name);
    return facts.empty() ? unavailable(folder + " is not there") : facts;
}

tree machine_facts(const host_files& files) {
    tree facts;
    facts["hypervisor"] = hypervisor_fact(files);
    facts["container"] = container_kind(files);
    add_files(
        facts, files,
        {{"system_vendor", "/sys/class/dmi/id/sys_vendor"},
         {"system_product", "/sys/class/dmi/id/product_name"},
         {"board", "/sys/class/dmi/id/board_name"},
         {"bios", "/sys/class/dmi/id/bios_version"},
         {"clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource"},
         {"clocksources", "/sys/devices/system/clocksource/clocksource0/available_clocksource"}});
    facts["vulnerabilities"] = vulnerabilities(files);
    return facts;
}

tree scheduling_class() {
    switch (::sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) {
        case SCHED_OTHER:
            return "SCHED_OTHER";
        case SCHED_BATCH:
            return "SCHED_BATCH";
        case SCHED_IDLE:
            return "SCHED_IDLE";
        case SCHED_FIFO:
            return "SCHED_FIFO";
        case SCHED_RR:
            return "SCHED_RR";
        default:
            return unavailable("sched_getscheduler gives no class known here");
    }
}

tree kernel_settings(const host_files& files) {
    tree facts;
    facts["aslr"] = file_fact(files, "/proc/sys/kernel/randomize_va_space");
    facts["thp"] = selected_fact(files, "/sys/kernel/mm/transparent_hugepage/enabled");
    facts["thp_shmem"] = selected_fact(files, "/sys/kernel/mm/transparent_hugepage/shmem_enabled");
    add_files(facts, files,
              {{"numa_balancing", "/proc/sys/kernel/numa_balancing"},
               {"autogroup", "/proc/sys/kernel/sched_autogroup_enabled"},
               {"sched_base_slice_ns", "/sys/kernel/debug/sched/base_slice_ns"},
               {"sched_rt_runtime_us", "/proc/sys/kernel/sched_rt_runtime_us"},
               {"security_modules", "/sys/kernel/security/lsm"}});
    facts["scheduling_class"] = scheduling_class();
    const auto status = files.text("/proc/self/status").value_or("");
    const auto seccomp = keyed_value(status, "Seccomp");
    constexpr std::array modes{"off", "strict", "filter"};
    const auto mode = seccomp ? whole_number(*seccomp) : std::nullopt;
    facts["seccomp"] = mode && *mode >= 0 && *mode < 3
                           ? tree(modes[static_cast<std::size_t>(*mode)])
                           : unavailable("/proc/self/status does not tell");
    return facts;
}

tree group_fact(const group_limit& limit) {
    if (!limit.known) return unavailable("no control group tells one");
    return limit.value ? tree(*limit.value) : tree("unlimited");
}

tree group_facts(const host_files& files) {
    const control_groups groups(files);
    tree facts;
    facts["cgroup_version"] = groups.version();
    facts["cgroup_cpu_quota_cpus"] = group_fact(groups.cpu_quota());
    const auto cpuset = groups.cpuset();
    facts["cgroup_cpuset"] = cpuset ? tree(*cpuset) : unavailable("no control group tells one");
    auto memory = groups.memory_limit_bytes();
    facts["cgroup_memory_limit_bytes"] =
        memory.value ? tree(static_cast<std::int64_t>(*memory.value)) : group_fact(memory);
    return facts;
}

tree system_facts() {
    tree facts;
    facts["page_bytes"] = ::sysconf(_SC_PAGESIZE);
#ifdef __GLIBC__
    facts["libc"] = std::string("glibc ") + ::gnu_get_libc_version();
#else
    facts["libc"] = unavailable("this C library does not tell its version");
#endif
    facts["privileged"] = ::geteuid() == 0;
    return facts;
}

std::string user_name(bool redact, const host_files& files) {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    ::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found);
    const std::string name = found != nullptr ? entry.pw_name : std::to_string(::getuid());
    return redact ? redacted(name, files) : name;
}

}  // namespace

tree identity_facts(bool redact, const host_files& files) {
    tree facts{{"host", host_name(redact, files)}, {"user", user_name(redact, files)}};
    for (const auto& part :
         {cpu_facts(files), kernel_facts(files), topology_facts(files), power_facts(files),
          machine_facts(files), kernel_settings(files), group_facts(files), system_facts()})
        facts.update(part);
    return facts;
}

}  // namespace ipcmark
