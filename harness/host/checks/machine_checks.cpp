#include <charconv>
#include <fmt/format.h>

#include "harness/host/checks/host_view.hpp"
#include "harness/host/facts/environment.hpp"

namespace ipcmark::checks {

namespace {

constexpr const char* clock_folder = "/sys/devices/system/clocksource/clocksource0/";

bool lists(const std::string& text, std::string_view wanted) {
    for (const auto& word : words_of(text))
        if (word == wanted) return true;
    return false;
}

}  // namespace

bool has_capability(const host_files& files, unsigned number) {
    const auto status = files.text("/proc/self/status");
    const auto mask = status ? keyed_value(*status, "CapEff") : std::nullopt;
    std::uint64_t bits = 0;
    if (!mask) return false;
    constexpr int hexadecimal = 16;
    std::from_chars(mask->data(), mask->data() + mask->size(), bits, hexadecimal);
    return (bits >> number & 1) != 0;
}

finding virtual_machine(const host_view& host) {
    finding found{"machine.virtual", severity::ok, "bare metal: no hypervisor",
                  "wake-ups pass through the hypervisor and its host is shared: figures are "
                  "rough, and caches and cores may be invented",
                  ""};
    const auto hypervisor = hypervisor_fact(host.files);
    if (!is_available(hypervisor)) {
        found.how = severity::info;
        found.text = "whether this is a virtual machine is not visible";
        return found;
    }
    const auto name = hypervisor.as_text();
    if (name == "none") return found;
    found.how = severity::warning;
    found.text = fmt::format("a virtual machine ({})", name);
    found.remedy = "compare only figures of one run, or measure on bare metal";
    return found;
}

finding battery(const host_view& host) {
    finding found{"machine.power", severity::ok, "not on battery",
                  "on battery the firmware slows the clock and delays wake-ups", ""};
    for (const auto& name : host.files.names("/sys/class/power_supply")) {
        const std::string folder = "/sys/class/power_supply/" + name;
        if (host.files.text(folder + "/type").value_or("") != "Battery") continue;
        if (host.files.text(folder + "/scope").value_or("") == "Device") continue;
        if (host.files.text(folder + "/status").value_or("") != "Discharging") continue;
        found.how = severity::warning;
        found.text = "running on battery";
        found.remedy = "plug in the mains adapter";
    }
    return found;
}

finding clock_source(const host_view& host) {
    finding found{"kernel.clocksource", severity::ok, "",
                  "without a stable TSC every time stamp is a system call of about a microsecond",
                  ""};
    const auto current = host.files.text(std::string(clock_folder) + "current_clocksource");
    if (!current) {
        found.how = severity::info;
        found.text = "the kernel's clock source is not visible";
        return found;
    }
    found.text = "clock source: " + *current;
    if (*current == "tsc" || *current == "arch_sys_counter") return found;
    if (*current == "kvm-clock" || *current == "hyperv_clocksource_tsc_page") {
        found.how = severity::info;
        found.why = "it is read without a system call, but a little slower than the TSC itself";
        return found;
    }
    const auto others = host.files.text(std::string(clock_folder) + "available_clocksource");
    found.how = severity::warning;
    found.remedy = others && lists(*others, "tsc")
                       ? fmt::format("echo tsc | sudo tee {}current_clocksource", clock_folder)
                       : "dmesg | grep -i tsc  # says why the kernel refused it; boot with "
                         "tsc=reliable if it may";
    return found;
}

finding huge_pages(const host_view& host) {
    finding found{"kernel.thp", severity::ok, "",
                  "huge pages appear at moments nobody chose and change large copies", ""};
    const auto mode = selected_fact(host.files, "/sys/kernel/mm/transparent_hugepage/enabled");
    if (!is_available(mode)) {
        found.text = "no transparent huge pages in this kernel";
        return found;
    }
    found.text = "transparent huge pages: " + mode.as_text();
    if (mode != "always") return found;
    found.how = severity::info;
    found.remedy = "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled";
    return found;
}

finding address_randomisation(const host_view& host) {
    constexpr std::int64_t full = 2;
    const auto mode = host.files.number("/proc/sys/kernel/randomize_va_space");
    finding found{"kernel.aslr", severity::ok, "addresses are randomised (ASLR 2)",
                  "repetitions with random addresses average over lucky and unlucky layouts", ""};
    if (!mode) {
        found.how = severity::info;
        found.text = "whether addresses are randomised is not visible";
    } else if (*mode != full) {
        found.how = severity::info;
        found.text = fmt::format("addresses are {} randomised (ASLR {})",
                                 *mode == 0 ? "not" : "partly", *mode);
        found.remedy = "sudo sysctl kernel.randomize_va_space=2";
    }
    return found;
}

finding perf_events(const host_view& host) {
    constexpr unsigned cap_sys_admin = 21;
    constexpr unsigned cap_perfmon = 38;
    constexpr std::int64_t most = 1;
    const auto level = host.files.number("/proc/sys/kernel/perf_event_paranoid");
    finding found{
        "kernel.perf", severity::ok, "",
        "counting repetitions take switches, migrations and faults from perf events; timed "
        "repetitions do not need them",
        ""};
    if (!level) {
        found.how = severity::info;
        found.text = "this kernel has no perf events";
        return found;
    }
    found.text = fmt::format("perf_event_paranoid = {}", *level);
    if (has_capability(host.files, cap_perfmon) || has_capability(host.files, cap_sys_admin)) {
        found.text += ", which does not bind this privileged process";
        return found;
    }
    if (*level <= most) return found;
    found.how = severity::info;
    found.text += ": no perf events for this process";
    found.remedy = "sudo sysctl kernel.perf_event_paranoid=1";
    return found;
}

}  // namespace ipcmark::checks
