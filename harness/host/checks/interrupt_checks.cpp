#include <algorithm>
#include <fmt/format.h>

#include "harness/host/checks/host_view.hpp"
#include "harness/host/facts/machine_shape.hpp"

namespace ipcmark::checks {

namespace {

constexpr const char* cpu_root = "/sys/devices/system/cpu/";

/// The longest exit latency of the idle states in use, in us; -1: the CPU has none.
std::int64_t deepest_exit_us(const host_view& host) {
    std::int64_t deepest = -1;
    for (const int cpu : host.chosen) {
        const std::string folder = fmt::format("{}cpu{}/cpuidle", cpu_root, cpu);
        for (const auto& state : host.files.names(folder)) {
            const std::string path = fmt::format("{}/{}", folder, state);
            if (host.files.number(path + "/disable").value_or(0) != 0) continue;
            deepest = std::max(deepest, host.files.number(path + "/latency").value_or(-1));
        }
    }
    return deepest;
}

bool covers(const std::string& list, const std::vector<int>& cpus) {
    const auto listed = parse_cpu_list(list);
    return !cpus.empty() && std::all_of(cpus.begin(), cpus.end(), [&](int cpu) {
        return std::find(listed.begin(), listed.end(), cpu) != listed.end();
    });
}

std::string others_of(const host_view& host) {
    std::vector<int> others;
    const auto online = host.files.text(std::string(cpu_root) + "online").value_or("");
    for (const int cpu : parse_cpu_list(online))
        if (std::find(host.chosen.begin(), host.chosen.end(), cpu) == host.chosen.end())
            others.push_back(cpu);
    return cpu_list_text(others);
}

}  // namespace

finding idle_states(const host_view& host) {
    constexpr std::int64_t shallow_us = 10;
    constexpr std::int64_t polled_ns = 200'000;
    finding found{"cpu.idle", severity::ok, "",
                  "a CPU that sleeps deeply takes that long to wake up: it is part of every "
                  "blocking mechanism's latency",
                  ""};
    const auto driver = host.files.text(std::string(cpu_root) + "cpuidle/current_driver");
    if (!driver || *driver == "none") {
        found.how = severity::info;
        found.text = "no idle states are visible";
        found.why =
            "the firmware, or the host of a virtual machine, decides how deeply an idle "
            "CPU sleeps and how long it takes to wake up";
        return found;
    }
    if (*driver == "haltpoll") {
        constexpr const char* polls = "/sys/module/haltpoll/parameters/guest_halt_poll_ns";
        const auto span_ns = host.files.number(polls);
        found.text =
            span_ns ? fmt::format("idle driver haltpoll, polls {} ns before it halts", *span_ns)
                    : std::string("idle driver haltpoll");
        if (!span_ns) return found;
        if (*span_ns == 0) {
            found.how = severity::warning;
            found.text = "an idle CPU halts at once (idle driver haltpoll, polls 0 ns)";
            found.why =
                "each wake-up of another CPU then passes through the hypervisor: blocking round "
                "trips are mostly that, two to three times as long, and scatter. Polling first "
                "costs CPU time of the host while this machine is idle";
            found.remedy = fmt::format("echo {} | sudo tee {}  # or sudo scripts/tune-host apply",
                                       polled_ns, polls);
            return found;
        }
        found.how = severity::info;
        found.why = fmt::format(
            "a wake-up within {} ns costs far less than one that comes later, so that latency "
            "depends on the pause before it",
            *span_ns);
        return found;
    }
    const std::int64_t deepest = deepest_exit_us(host);
    found.text = fmt::format("idle driver {}, longest exit {} us", *driver,
                             std::max<std::int64_t>(deepest, 0));
    if (deepest <= shallow_us) return found;
    found.how = severity::info;
    found.remedy = "sudo scripts/tune-host apply --hold  # holds /dev/cpu_dma_latency at 0";
    return found;
}

finding isolation(const host_view& host) {
    const auto isolated = host.files.text(std::string(cpu_root) + "isolated").value_or("");
    const auto tickless = host.files.text(std::string(cpu_root) + "nohz_full").value_or("");
    const std::string pair = cpu_list_text(host.chosen);
    finding found{"cpu.isolated", severity::ok, "",
                  "on a CPU that the kernel was told to keep free neither other tasks nor ticks "
                  "interrupt the pair",
                  ""};
    if (covers(isolated, host.chosen)) {
        found.text = fmt::format("CPUs {} are isolated{}", pair,
                                 covers(tickless, host.chosen) ? " and tickless when busy" : "");
        return found;
    }
    found.how = severity::info;
    found.text = isolated.empty()
                     ? std::string("no CPU is isolated")
                     : fmt::format("isolated are CPUs {}, not the pair's {}", isolated, pair);
    found.remedy = fmt::format("boot with isolcpus={0} nohz_full={0} rcu_nocbs={0}", pair);
    return found;
}

finding interrupts(const host_view& host) {
    constexpr std::int64_t many = 200;  // in the sample of 200 ms: a thousand a second
    finding found{"cpu.interrupts", severity::ok, "",
                  "a device's interrupt stops the process on that CPU for some microseconds", ""};
    const std::string pair = cpu_list_text(host.chosen);
    if (!host.interrupts) {
        found.how = severity::info;
        found.text = "/proc/interrupts cannot be read";
        return found;
    }
    if (host.interrupts->empty()) {
        found.text = fmt::format("no device interrupted CPUs {} just now", pair);
        return found;
    }
    const device_interrupts& busiest = host.interrupts->front();
    std::int64_t all = 0;
    for (const auto& each : *host.interrupts)
        all += each.count;
    found.text = fmt::format("{} device interrupts on CPUs {} just now, most by {} (IRQ {})", all,
                             pair, busiest.device, busiest.number);
    found.how = all >= many ? severity::warning : severity::info;
    const std::string others = others_of(host);
    found.remedy =
        others.empty()
            ? fmt::format("give this machine more CPUs, or stop what uses {}", busiest.device)
            : fmt::format(
                  "echo {} | sudo tee /proc/irq/{}/smp_affinity_list  # or sudo "
                  "scripts/tune-host apply --cpus {}",
                  others, busiest.number, pair);
    return found;
}

}  // namespace ipcmark::checks
