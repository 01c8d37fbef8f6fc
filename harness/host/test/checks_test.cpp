#include "harness/host/checks/checks.hpp"

#include <algorithm>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <set>
#include <sys/file.h>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/host/facts/cpu_time.hpp"
#include "harness/host/noise/measuring_runs.hpp"
#include "harness/host/noise/noise.hpp"
#include "harness/host/test/good_host.hpp"

namespace ipcmark {
namespace {

std::vector<finding> examine_while(const good_host& host, std::function<void()> wait) {
    return examine_host({host.files(), std::move(wait)});
}

/// Time passes on a machine that does nothing.
std::vector<finding> examine(good_host& host) {
    long now = 0;
    return examine_while(host, [&host, now]() mutable { host.tick(0, 0, now += 8); });
}

finding look(const std::vector<finding>& findings, const std::string& id) {
    for (const auto& found : findings)
        if (found.id == id) return found;
    ADD_FAILURE() << id << " was not examined";
    return {};
}

TEST(checks, a_good_machine_is_all_ok) {
    good_host host;
    std::set<std::string> ids;
    for (const auto& found : examine(host)) {
        EXPECT_TRUE(ids.insert(found.id).second) << found.id << " twice";
        EXPECT_NE(found.text, "") << found.id;
        if (found.id == "limits.shm") continue;  // depends on the disk the test runs on
        EXPECT_EQ(found.how, severity::ok) << found.id << ": " << found.text;
        EXPECT_EQ(found.remedy, "") << found.id;
    }
    EXPECT_EQ(ids.size(), 39u);
}

TEST(checks, another_ipcmark_on_the_chosen_cpus_is_told_as_long_as_it_holds_its_claim) {
    good_host host;
    const std::string claim = "/tmp/ipcmark-cpus/1-812-0";
    const auto of = [&](const std::string& cpus) {
        host.write(
            claim,
            claim_text({{812, "ipcmark run", "2026-01-01 00:00:00 UTC", parse_cpu_list(cpus)}}));
        return look(examine(host), "load.ipcmark");
    };
    EXPECT_EQ(of("1-2").how, severity::ok) << "nobody holds it";
    const unique_fd held(::open(host.files().at(claim).c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::flock(held.get(), LOCK_EX | LOCK_NB), 0);
    const finding found = of("2-3");
    EXPECT_EQ(found.how, severity::warning);
    EXPECT_NE(found.text.find("process 812 (ipcmark run, since 2026-01-01"), std::string::npos);
    EXPECT_NE(found.remedy.find("--wait"), std::string::npos);
    EXPECT_EQ(of("3").how, severity::ok) << "pairs take 1 and 2";
}

TEST(checks, cpu_sets_without_cpu_0_beyond_1024_and_offline_ones_are_looked_at_as_they_are) {
    for (const auto& [allowed, online] :
         {std::pair{"2-3", "0-3"}, std::pair{"1100-1101", "0-2399"}, std::pair{"0,3", "0,3"}}) {
        good_host host;
        host.write("/proc/self/status",
                   std::string("Name: x\nCapEff:\t0\nCpus_allowed_list:\t") + allowed);
        host.write(cpu + "online", online);
        host.write(cpu + "isolated", allowed).write(cpu + "nohz_full", allowed);
        const auto findings = examine(host);
        EXPECT_LT(look(findings, "cpu.allowed").how, severity::warning) << allowed;
        EXPECT_NE(look(findings, "cpu.allowed").text.find(allowed), std::string::npos) << allowed;
        EXPECT_EQ(look(findings, "cpu.isolated").how, severity::ok) << allowed;
    }
}

TEST(checks, warnings_and_errors_always_bring_a_remedy) {
    const fake_host empty;
    for (const auto& findings : {examine_host({empty.files(), [] {}}), examine_host()})
        for (const auto& found : findings) {
            EXPECT_NE(found.text, "") << found.id;
            if (found.how < severity::warning) continue;
            EXPECT_NE(found.remedy, "") << found.id;
            EXPECT_NE(found.why, "") << found.id;
        }
}

/// One file changed on the good machine (removed where `text` is empty) and what must be said.
struct spoilt {
    std::string path, text, id;
    severity how;
    std::string remedy;
};

class spoilt_host : public testing::TestWithParam<spoilt> {};

TEST_P(spoilt_host, is_found) {
    const auto& [path, text, id, how, remedy] = GetParam();
    good_host host;
    if (text.empty())
        host.remove(path);
    else
        host.write(path, text);
    const auto found = look(examine(host), id);
    EXPECT_EQ(found.how, how) << found.text;
    EXPECT_NE(found.remedy.find(remedy), std::string::npos) << found.remedy;
}

INSTANTIATE_TEST_SUITE_P(
    checks, spoilt_host,
    testing::Values(
        spoilt{"/proc/self/stat", scheduled("19", "0"), "load.scheduling", severity::warning,
               "without nice"},
        spoilt{"/proc/self/stat", scheduled("0", "1"), "load.scheduling", severity::warning,
               "chrt -o 0"},
        spoilt{"/proc/self/stat", scheduled("0", "5"), "load.scheduling", severity::warning,
               "chrt -o 0"},
        spoilt{"/proc/self/stat", "", "load.scheduling", severity::info, ""},
        spoilt{"/proc/self/status", "Cpus_allowed_list: 2", "cpu.allowed", severity::error,
               "taskset"},
        spoilt{"/proc/self/status", "Cpus_allowed_list: 2-3", "cpu.allowed", severity::info, ""},
        spoilt{cpu + "cpu0/cpufreq/scaling_governor", "powersave", "cpu.governor",
               severity::warning, "echo performance"},
        spoilt{cpu + "cpu0/cpufreq", "", "cpu.governor", severity::info, ""},
        spoilt{cpu + "intel_pstate/no_turbo", "0", "cpu.turbo", severity::info, "no_turbo"},
        spoilt{cpu + "intel_pstate", "", "cpu.turbo", severity::info, ""},
        spoilt{cpu + "smt/active", "1", "cpu.smt", severity::info, "smt/control"},
        spoilt{cpu + "cpuidle", "", "cpu.idle", severity::info, ""},
        spoilt{cpu + "cpu2/cpuidle/state1/disable", "0", "cpu.idle", severity::info, "tune-host"},
        spoilt{cpu + "isolated", "3", "cpu.isolated", severity::info, "isolcpus=1-2"},
        spoilt{cpu + "isolated", "", "cpu.isolated", severity::info, "nohz_full=1-2"},
        spoilt{"/proc/interrupts", "", "cpu.interrupts", severity::info, ""},
        spoilt{"/proc/timer_list", " .resolution: 4000000 nsecs", "kernel.timers",
               severity::warning, "highres=off"},
        spoilt{"/proc/timer_list", "", "kernel.timers", severity::info, ""},
        spoilt{cpu + "vulnerabilities/meltdown", "Mitigation: PTI", "kernel.mitigations",
               severity::info, "mitigations=off"},
        spoilt{"/proc/sys/kernel/numa_balancing", "1", "kernel.numa_balancing", severity::info,
               "kernel.numa_balancing=0"},
        spoilt{"/sys/kernel/mm/ksm/run", "1", "kernel.ksm", severity::info, "ksm/run"},
        spoilt{"/proc/sys/kernel/nmi_watchdog", "1", "kernel.watchdog", severity::info,
               "nmi_watchdog=0"},
        spoilt{"/proc/sys/kernel/timer_migration", "1", "kernel.timer_migration", severity::info,
               "timer_migration=0"},
        spoilt{"/proc/version", "Linux version 6.1.0 #1 SMP PREEMPT_RT", "kernel.preemption",
               severity::info, ""},
        spoilt{"/proc/version", "", "kernel.preemption", severity::info, ""},
        spoilt{"/proc/meminfo", "SwapTotal: 9000 kB\nSwapFree: 100 kB", "machine.swap",
               severity::info, "swapoff"},
        spoilt{"/proc/loadavg", "1.20 0 0 1/84 100", "load.average", severity::warning, "uptime"},
        spoilt{"/proc/loadavg", "0.20 0 0 3/84 100", "load.runnable", severity::warning, "ps -eo"},
        spoilt{"/proc/cpuinfo", "flags : fpu hypervisor", "machine.virtual", severity::warning,
               "bare metal"},
        spoilt{"/sys/hypervisor/type", "xen", "machine.virtual", severity::warning, ""},
        spoilt{clocks + "current_clocksource", "hpet", "kernel.clocksource", severity::warning,
               "echo tsc"},
        spoilt{clocks + "current_clocksource", "kvm-clock", "kernel.clocksource", severity::info,
               ""},
        spoilt{"/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never",
               "kernel.thp", severity::info, "madvise"},
        spoilt{"/proc/sys/kernel/randomize_va_space", "0", "kernel.aslr", severity::info, "sysctl"},
        spoilt{"/proc/sys/kernel/perf_event_paranoid", "3", "kernel.perf", severity::info,
               "perf_event_paranoid=1"},
        spoilt{"/proc/sys/fs/pipe-max-size", "4096", "limits.pipe", severity::warning,
               "fs.pipe-max-size"},
        spoilt{"/proc/sys/fs/mqueue/msgsize_max", "128", "limits.mqueue", severity::warning,
               "msgsize_max"},
        spoilt{"/proc/sys/fs/mqueue/msgsize_max", "8192", "limits.mqueue", severity::info,
               "msgsize_max"},
        spoilt{"/proc/sys/fs/mqueue", "", "limits.mqueue", severity::info, ""},
        spoilt{"/proc/self/limits", "Max msgqueue size         0   0   bytes", "limits.msgqueue",
               severity::warning, "prlimit"},
        spoilt{"/proc/self/limits", "Max open files            16   16   files", "limits.nofile",
               severity::error, "ulimit -n"},
        spoilt{"/proc/self/limits", "Max locked memory         65536   65536   bytes",
               "limits.memlock", severity::info, "prlimit"},
        spoilt{"/proc/sys/kernel/msgmax", "100", "limits.sysv", severity::warning, "msgmax"},
        spoilt{"/proc/sys/net/core/wmem_max", "212992", "limits.sockets", severity::info,
               "wmem_max"},
        spoilt{"/proc/sys/net/core/wmem_max", "4608", "limits.sockets", severity::warning,
               "wmem_max"},
        spoilt{"/proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
               "limits.memory", severity::ok, ""},
        spoilt{"/sys/devices/system/cpu/cpu0/topology", "", "cpu.topology", severity::warning,
               "sysfs"},
        spoilt{"/dev/shm", "", "limits.shm", severity::warning, "mount"}),
    [](const auto& spoiled) {
        std::string name = spoiled.param.id + "_" + std::to_string(spoiled.index);
        std::replace(name.begin(), name.end(), '.', '_');
        return name;
    });

TEST(checks, privileges_lift_perf_and_lock_limits) {
    good_host host;
    host.write("/proc/self/status", "CapEff: 000001ffffffffff\nCpus_allowed_list: 0-3")
        .write("/proc/sys/kernel/perf_event_paranoid", "4")
        .write("/proc/self/limits", "Max locked memory         0   0   bytes");
    const auto findings = examine(host);
    EXPECT_EQ(look(findings, "kernel.perf").how, severity::ok);
    EXPECT_EQ(look(findings, "limits.memlock").how, severity::ok);
}

TEST(checks, steal_needs_more_than_one_tick) {
    good_host host;
    host.tick(0, 0, 1'000'000);
    const auto once = examine_while(host, [&] { host.tick(0, 1, 1'000'010); });
    EXPECT_EQ(look(once, "load.steal").how, severity::ok);
    host.tick(0, 0, 1'000'000);
    const auto more = examine_while(host, [&] { host.tick(0, 8, 1'000'010); });
    EXPECT_EQ(look(more, "load.steal").how, severity::warning);
    EXPECT_NE(look(more, "load.steal").remedy, "");
}

TEST(checks, steal_since_boot_counts_too) {
    good_host host;
    host.tick(0, 500, 1000);
    EXPECT_EQ(look(examine_while(host, [] {}), "load.steal").how, severity::warning);
}

TEST(checks, an_idle_cpu_that_halts_at_once_makes_every_wake_up_slow) {
    good_host host;
    const std::string polls = "/sys/module/haltpoll/parameters/guest_halt_poll_ns";
    host.write(cpu + "cpuidle/current_driver", "haltpoll").write(polls, "0");
    const auto found = look(examine(host), "cpu.idle");
    EXPECT_EQ(found.how, severity::warning);
    EXPECT_NE(found.remedy.find("echo 200000 | sudo tee " + polls), std::string::npos);
    host.write(polls, "200000");
    EXPECT_EQ(look(examine(host), "cpu.idle").how, severity::info);
}

TEST(checks, foreign_work_is_measured_in_cpus) {
    good_host host;
    const auto findings = examine_while(host, [&] { host.tick(20, 0, 60); });
    const auto found = look(findings, "load.foreign");
    EXPECT_EQ(found.how, severity::warning);
    EXPECT_NE(found.text.find("1.00 CPUs"), std::string::npos) << found.text;
}

TEST(checks, the_bounds_for_foreign_work_are_those_that_repetitions_are_judged_by) {
    constexpr gate_row bounds = gate_of("foreign_cpu");
    constexpr long ticks = 1'000'000;
    const auto found_at = [](double cpus) {
        good_host host;
        const auto busy = static_cast<long>(cpus / 4 * ticks);
        const auto findings = examine_while(host, [&] { host.tick(busy, 0, ticks - busy); });
        return look(findings, "load.foreign").how;
    };
    EXPECT_EQ(found_at(bounds.quiet * 0.99), severity::ok);
    EXPECT_EQ(found_at(bounds.quiet * 1.01), severity::info);
    EXPECT_EQ(found_at(bounds.usable * 0.99), severity::info);
    EXPECT_EQ(found_at(bounds.usable * 1.01), severity::warning);
}

TEST(checks, a_discharging_battery_is_a_warning_but_a_mouse_is_not) {
    good_host host;
    host.write("/sys/class/power_supply/mouse/type", "Battery")
        .write("/sys/class/power_supply/mouse/scope", "Device")
        .write("/sys/class/power_supply/mouse/status", "Discharging");
    EXPECT_EQ(look(examine(host), "machine.power").how, severity::ok);
    host.write("/sys/class/power_supply/BAT0/type", "Battery")
        .write("/sys/class/power_supply/BAT0/status", "Discharging");
    EXPECT_EQ(look(examine(host), "machine.power").how, severity::warning);
}

TEST(checks, device_interrupts_on_the_pairs_cpus_are_counted_and_the_way_elsewhere_is_shown) {
    good_host host;
    const auto during = [&](long interrupts) {
        host.write("/proc/interrupts", good_host::interrupts(100));
        return look(examine_while(host,
                                  [&host, interrupts] {
                                      host.write("/proc/interrupts",
                                                 good_host::interrupts(100 + interrupts));
                                  }),
                    "cpu.interrupts");
    };
    EXPECT_EQ(during(0).how, severity::ok);
    EXPECT_EQ(during(3).how, severity::info);
    const auto many = during(500);
    EXPECT_EQ(many.how, severity::warning);
    EXPECT_NE(many.text.find("500 device interrupts on CPUs 1-2"), std::string::npos) << many.text;
    EXPECT_NE(many.text.find("nvme0q1 (IRQ 36)"), std::string::npos) << many.text;
    EXPECT_TRUE(many.remedy.starts_with("echo 0,3 | sudo tee /proc/irq/36/smp_affinity_list"))
        << many.remedy;
}

TEST(checks, the_cpus_looked_at_are_those_asked_for) {
    good_host host;
    const auto findings =
        examine_host({host.files(),
                      [&host] { host.write("/proc/interrupts", good_host::interrupts(900)); },
                      {2, 3}});
    EXPECT_EQ(look(findings, "cpu.interrupts").how, severity::ok);
    EXPECT_EQ(look(findings, "cpu.isolated").how, severity::info) << "CPU 3 is not isolated";
}

struct quota_case {
    const char* cpu_max;
    severity how;
};

TEST(checks, a_quota_is_judged_by_what_a_pair_needs) {
    for (const auto& [text, how] :
         {quota_case{"max 100000", severity::ok}, quota_case{"50000 100000", severity::error},
          quota_case{"250000 100000", severity::warning},
          quota_case{"400000 100000", severity::ok}}) {
        good_host host;
        host.write("/proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw")
            .write("/proc/self/cgroup", "0::/job")
            .write("/sys/fs/cgroup/job/cpu.max", text);
        const auto found = look(examine(host), "cpu.quota");
        EXPECT_EQ(found.how, how) << found.text;
        const bool lifts_it =
            found.remedy.starts_with("echo max | sudo tee /sys/fs/cgroup/job/cpu.max");
        EXPECT_EQ(lifts_it, how >= severity::warning) << found.remedy;
    }
}

}  // namespace
}  // namespace ipcmark
