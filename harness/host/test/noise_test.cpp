#include "harness/host/noise/noise.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/host/noise/foreign_tasks.hpp"
#include "harness/host/test/fake_host.hpp"

namespace ipcmark {

void PrintTo(quality how, std::ostream* out) {
    *out << to_word(how);
}

namespace {

constexpr double ms = 1e6;

/// A second of a machine of two CPUs on which only the pair works, each CPU half the time. The
/// numbers are those of USER_HZ 100, which every x86 and Arm kernel has.
struct scene {
    scene() {
        before.cpus = cpu_time{100, 10, 0, 1000, 0};
        after.cpus = cpu_time{200, 10, 0, 1200, 0};
        after.own_cpu_ns = 1'000'000'000;
        after.at_ns = 1'000'000'000;
        before.pressure_us = 5'000;
        after.pressure_us = 6'000;
        before.other_running = after.other_running = 0;
        before.khz = after.khz = {3'000'000, 3'000'000};
        pair.elapsed_ns = 600 * ms;
        pair.messages = 60'000;
        pair.run_delay_ns = 2'000'000;
        pair.voluntary_switches = 10'000;
        pair.migrations = 0;
        pair.cpus = {0, 1};
        gaps = {8'000'000, 3'000, 2'000};
    }
    repetition_noise judged() const { return judge_noise(before, after, gaps, pair, by); }
    quality verdict() const { return judged().verdict; }
    /// Another process of this many CPUs.
    scene& disturb(double cpus) {
        after.cpus->busy += static_cast<std::int64_t>(100 * cpus);
        return *this;
    }
    /// The same work in a shorter time.
    scene& last(double seconds) {
        after.at_ns = static_cast<std::uint64_t>(1e9 * seconds);
        after.own_cpu_ns = static_cast<std::int64_t>(1e9 * seconds);
        after.cpus = cpu_time{100 + static_cast<std::int64_t>(100 * seconds), 10, 0,
                              1000 + static_cast<std::int64_t>(200 * seconds), 0};
        return *this;
    }

    noise_reading before, after;
    timer_gaps gaps;
    worker_readings pair;
    noise_gate by;
};

TEST(noise, what_the_pair_and_the_harness_use_is_not_foreign) {
    const repetition_noise noise = scene().judged();
    EXPECT_EQ(noise.verdict, quality::quiet);
    EXPECT_DOUBLE_EQ(noise.foreign_cpu.value(), 0);
    EXPECT_DOUBLE_EQ(noise.steal.value(), 0);
    EXPECT_NEAR(noise.run_delay.value(), 2.0 / 1200, 1e-9);
    EXPECT_NEAR(noise.psi_cpu.value(), 0.001, 1e-9);
    EXPECT_TRUE(noise.reasons.empty());
}

TEST(noise, foreign_work_passes_a_bound_only_beyond_a_jiffy_of_each_cpu) {
    EXPECT_EQ(scene().disturb(0.04).verdict(), quality::quiet) << "0.02 + 2 jiffies in a second";
    EXPECT_EQ(scene().disturb(0.05).verdict(), quality::usable);
    EXPECT_EQ(scene().disturb(0.16).verdict(), quality::usable);
    const repetition_noise noise = scene().disturb(0.18).judged();
    EXPECT_EQ(noise.verdict, quality::disturbed);
    ASSERT_EQ(noise.reasons.size(), 1u);
    EXPECT_EQ(noise.reasons[0], "foreign_cpu 0.18 > 0.15 + 0.02");
}

TEST(noise, the_daemon_and_the_harness_count_as_own_since_they_are_reaped_children) {
    scene s;
    s.disturb(0.5).after.own_cpu_ns += 500'000'000;
    EXPECT_EQ(s.verdict(), quality::quiet);
}

TEST(noise, a_pairs_own_loopback_interrupts_are_not_foreign_where_the_kernel_counts_them_apart) {
    scene s;
    s.after.cpus->busy += 40;
    s.after.cpus->softirq += 40;
    EXPECT_EQ(s.verdict(), quality::disturbed) << "they are in nobody's CPU time";
    s.after.interrupts_apart = true;
    EXPECT_EQ(s.verdict(), quality::quiet);
    EXPECT_DOUBLE_EQ(s.judged().interrupt_cpu.value(), 0.4);
}

TEST(noise, one_stolen_jiffy_proves_nothing_but_many_do) {
    scene s;
    s.after.cpus->steal = 1;
    EXPECT_EQ(s.verdict(), quality::quiet);
    s.after.cpus->steal = 2;
    EXPECT_EQ(s.verdict(), quality::usable);
    s.after.cpus->steal = 4;
    EXPECT_EQ(s.verdict(), quality::disturbed);
}

TEST(noise, run_delay_counts_for_pairs_on_two_cpus_that_nobody_helps) {
    scene s;
    const auto delayed = [&](std::int64_t ns) {
        s.pair.run_delay_ns = 3'000'000 + ns;  // 300 ns for each switch are the pair's own
        return s.verdict();
    };
    EXPECT_EQ(delayed(12'000'000), quality::quiet);
    EXPECT_EQ(delayed(13'000'000), quality::usable);
    EXPECT_EQ(delayed(37'000'000), quality::disturbed);
    EXPECT_EQ(s.judged().reasons.size(), 1u);
    s.pair.helped = true;
    EXPECT_EQ(s.verdict(), quality::quiet) << "it may wait for its own daemon";
    s.pair.helped = false;
    s.pair.cpus = {1, 1};
    EXPECT_EQ(s.verdict(), quality::quiet) << "it waits for itself";
    EXPECT_GT(s.judged().run_delay.value(), 0.03) << "told all the same";
}

TEST(noise, a_span_too_short_for_jiffies_says_so_and_is_judged_by_pressure) {
    scene s;
    s.last(0.06);
    EXPECT_EQ(s.verdict(), quality::quiet);
    const auto coarse = s.judged().coarse;
    EXPECT_NE(std::find(coarse.begin(), coarse.end(), "foreign_cpu"), coarse.end());
    s.after.cpus->busy += 2;  // a third of a CPU by jiffies, or nothing
    EXPECT_EQ(s.verdict(), quality::quiet);
    s.after.pressure_us = *s.before.pressure_us + 12'000;
    EXPECT_EQ(s.verdict(), quality::disturbed);
    EXPECT_EQ(s.judged().reasons.at(0), "psi_cpu 0.2 > 0.15");
    s.after.cpus->busy -= 2;
    s.pair.cpus = {1, 1};
    EXPECT_EQ(s.verdict(), quality::quiet) << "two processes on one CPU make pressure themselves";
}

TEST(noise, pressure_does_not_convict_where_jiffies_suffice) {
    scene s;
    s.after.pressure_us = *s.before.pressure_us + 500'000;
    EXPECT_EQ(s.verdict(), quality::quiet);
    EXPECT_NEAR(s.judged().psi_cpu.value(), 0.5, 1e-9);
}

TEST(noise, one_gap_may_be_chance_but_many_are_not) {
    scene s;
    s.gaps = {8'000'000, 90'000, 90'000};
    EXPECT_EQ(s.verdict(), quality::quiet);
    s.gaps = {8'000'000, 90'000, 10'000};
    EXPECT_EQ(s.verdict(), quality::usable);
    s.gaps = {8'000'000, 2'000'000, 2'000'000};
    EXPECT_EQ(s.verdict(), quality::disturbed) << "no tick lasts 2 ms";
    s.gaps = {};
    EXPECT_EQ(s.verdict(), quality::quiet);
    EXPECT_FALSE(s.judged().gap_ppm);
}

TEST(noise, what_the_host_takes_from_everybody_convicts_nobody_but_by_the_strict_rule) {
    scene s;
    s.gaps = {20'000'000, 800'000, 40'000};  // 40,000 ppm, in gaps of 40 us
    EXPECT_EQ(s.verdict(), quality::disturbed) << "no baseline was taken";
    s.by.baseline.gap_ppm_p90 = 25'000;
    EXPECT_EQ(s.verdict(), quality::quiet);
    s.gaps.in_gaps_ns = 1'200'000;
    EXPECT_EQ(s.verdict(), quality::usable);
    s.gaps.in_gaps_ns = 1'600'000;
    EXPECT_EQ(s.verdict(), quality::disturbed) << "more than three times as much";
    EXPECT_EQ(s.judged().reasons.at(0), "gap_ppm 8e+04 > 75000 + 2e+03");
    s.gaps.in_gaps_ns = 800'000;
    s.by.rule = gate_rule::strict;
    EXPECT_EQ(s.verdict(), quality::disturbed);
}

TEST(noise, time_in_which_nobody_ran_and_a_quota_that_ran_out_disturb) {
    scene s;
    s.pair.launcher_late_ns = 4'000'000;
    EXPECT_EQ(s.verdict(), quality::quiet);
    s.pair.launcher_late_ns = 6'000'000;
    EXPECT_EQ(s.verdict(), quality::usable);
    s.pair.launcher_late_ns = 30'000'000;
    EXPECT_EQ(s.judged().reasons, std::vector<std::string>{"stall_ms 30 > 20"});
    s.pair.launcher_late_ns = 3'010'000'000;
    EXPECT_EQ(s.judged().reasons,
              std::vector<std::string>{"stall_ms 3.01e+03 > 20: everything stood still for 3.0 s"});
    scene limited;
    limited.before.throttled_periods = 7;
    limited.after.throttled_periods = 7;
    EXPECT_EQ(limited.verdict(), quality::quiet);
    limited.after.throttled_periods = 8;
    EXPECT_EQ(limited.judged().reasons, std::vector<std::string>{"throttled 1 > 0"});
}

TEST(noise, each_reason_begins_with_the_row_that_it_is_of) {
    EXPECT_EQ(row_of_reason("steal 0.2 > 0.01")->key, "steal");
    EXPECT_EQ(row_of_reason("psi_cpu 0.2 > 0.15")->key, "psi_cpu");
    EXPECT_EQ(row_of_reason("nonsense"), nullptr);
    for (const gate_row& row : gate) {
        EXPECT_FALSE(row.meaning.empty()) << row.key;
        EXPECT_FALSE(row.remedy.empty()) << row.key;
    }
}

TEST(noise, a_pinned_worker_that_moved_and_a_page_from_the_disk_disturb) {
    scene s;
    s.pair.migrations = 1;
    EXPECT_EQ(s.verdict(), quality::disturbed);
    s.pair.cpus = {-1, -1};
    EXPECT_EQ(s.verdict(), quality::quiet) << "an unpinned one may move";
    s.pair.major_faults = 1;
    EXPECT_EQ(s.verdict(), quality::disturbed);
}

TEST(noise, the_worst_reading_decides_and_gives_the_reasons) {
    scene s;
    s.disturb(0.1).pair.major_faults = 2;
    EXPECT_EQ(s.verdict(), quality::disturbed);
    EXPECT_EQ(s.judged().reasons, std::vector<std::string>{"major_faults 2 > 0"});
}

TEST(noise, what_was_measured_has_no_say) {
    scene s;
    s.pair.messages = 1;
    s.pair.elapsed_ns = 6'000 * ms;
    EXPECT_EQ(s.verdict(), quality::quiet);
}

TEST(noise, frequency_and_involuntary_switches_are_told) {
    scene s;
    s.after.khz = {3'000'000, 2'400'000};
    s.pair.involuntary_switches = 600;
    EXPECT_NEAR(s.judged().frequency_change.value(), 0.2, 1e-9);
    EXPECT_NEAR(s.judged().involuntary_per_s.value(), 1000, 1e-9);
    EXPECT_NEAR(s.judged().involuntary_per_message.value(), 0.01, 1e-9);
    s.pair.cpus = {0, 0};
    EXPECT_FALSE(s.judged().involuntary_per_message) << "there it is a way to switch";
}

TEST(noise, a_machine_that_tells_nothing_gives_no_figures) {
    const repetition_noise noise = judge_noise({}, {}, {}, {});
    EXPECT_EQ(noise.verdict, quality::quiet);
    EXPECT_FALSE(noise.foreign_cpu || noise.steal || noise.psi_cpu || noise.run_delay);
}

TEST(noise, the_machine_is_read_from_its_files) {
    fake_host host;
    host.write("/proc/stat",
               "cpu 9 9 9 9 9 9 9 9 0 0\n"
               "cpu0 1 0 2 50 0 0 3 4 0 0\n"
               "cpu1 10 0 20 500 0 7 30 40 0 0\ncpu2 1000 0 0 0 0 0 0 0 0 0")
        .write("/proc/pressure/cpu",
               "some avg10=1.00 avg60=0.50 avg300=0.10 total=12345\n"
               "full avg10=0.00 avg60=0.00 avg300=0.00 total=0")
        .write("/proc/loadavg", "0.5 0.5 0.5 4/100 7")
        .write("/sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "2400000");
    const noise_reading reading = read_noise(host.files(), {0, 1}, {1});
    EXPECT_EQ(reading.cpus->busy, 1 + 2 + 3 + 10 + 20 + 30 + 7);
    EXPECT_EQ(reading.cpus->steal, 44);
    EXPECT_EQ(reading.cpus->irq, 7);
    EXPECT_TRUE(reading.interrupts_apart);
    EXPECT_EQ(reading.pressure_us, 12345);
    EXPECT_EQ(reading.other_running, 3);
    EXPECT_EQ(reading.khz, std::vector<std::int64_t>{2'400'000});
    EXPECT_GT(reading.at_ns, 0u);
    EXPECT_FALSE(read_noise(fake_host().files(), {0}, {0}).pressure_us);
}

TEST(timer_gaps, are_what_lies_more_than_a_microsecond_apart) {
    const timer_gaps found = gaps_of({0, 100, 1'100, 2'101, 2'200, 7'200});
    EXPECT_EQ(found.span_ns, 7'200);
    EXPECT_EQ(found.in_gaps_ns, 1'001 + 5'000);
    EXPECT_EQ(found.longest_ns, 5'000);
    EXPECT_NEAR(found.ppm(), 1e6 * 6'001 / 7'200, 1e-6);
    EXPECT_EQ(timer_gaps{}.ppm(), 0);
}

TEST(timer_gaps, are_looked_for_on_each_cpu_once) {
    const timer_gaps one = look_for_gaps({-1, -1}, 100'000);
    EXPECT_GE(one.span_ns, 100'000);
    EXPECT_LE(one.in_gaps_ns, one.span_ns);
    EXPECT_EQ(look_for_gaps({100'000}, 100'000).span_ns, 0) << "no such CPU";
}

TEST(host_baseline, is_the_median_window_and_the_pauses_in_it) {
    std::vector<timer_gaps> windows;
    for (int i = 1; i <= 10; ++i)
        windows.push_back(
            {20'000'000, std::int64_t{20'000} * i, 33'000, 0, {33'000, 31'000, 35'000}});
    const host_baseline found = baseline_of(windows);
    EXPECT_EQ(found.windows, 10u);
    EXPECT_DOUBLE_EQ(found.window_ms, 20);
    EXPECT_DOUBLE_EQ(found.gap_ppm_median, 5'500);
    EXPECT_DOUBLE_EQ(found.gap_ppm_p90, 9'000);
    EXPECT_DOUBLE_EQ(found.pause_us, 33);
    EXPECT_DOUBLE_EQ(found.pauses_per_s, 150);
    EXPECT_DOUBLE_EQ(found.longest_us, 33);
}

TEST(host_baseline, leaves_out_windows_in_which_others_ran) {
    const timer_gaps quiet{20'000'000, 100'000, 20'000};
    const timer_gaps shared{20'000'000, 9'000'000, 4'000'000, 9'000'000};
    EXPECT_EQ(baseline_of({quiet, shared, quiet, shared, quiet}).windows, 3u);
    EXPECT_DOUBLE_EQ(baseline_of({quiet, shared, quiet, quiet}).gap_ppm_p90, 5'000);
    EXPECT_EQ(baseline_of({quiet, shared, quiet}).windows, 0u) << "too few";
    EXPECT_EQ(baseline_of({}).windows, 0u);
}

/// A process as proc_pid_stat(5) writes it.
std::string stat_line(int pid, const std::string& name, int parent, int user, int system,
                      int start) {
    return fmt::format("{} ({}) S {} 1 1 0 -1 0 0 0 0 0 {} {} 0 0 20 0 1 0 {} 0 0", pid, name,
                       parent, user, system, start);
}

TEST(foreign_tasks, are_told_by_name_without_this_run_and_its_children) {
    fake_host host;
    const auto put = [&](int pid, const std::string& name, int parent, int ticks, int start = 5) {
        host.write(fmt::format("/proc/{}/stat", pid),
                   stat_line(pid, name, parent, ticks, ticks, start));
    };
    put(1, "init", 0, 1000);
    put(10, "ipcmark", 1, 50);
    put(11, "ipcmark", 10, 50);
    put(20, "a (bad) name", 1, 100);
    host.write("/proc/self", "no number").write("/proc/30/stat", "torn");
    foreign_task_watch watch(host.files(), 10);
    watch.look();
    EXPECT_TRUE(watch.busiest(5).empty()) << "one look tells nothing";
    put(10, "ipcmark", 1, 5'000);
    put(11, "ipcmark", 10, 5'000);
    put(20, "a (bad) name", 1, 200);
    put(40, "born", 1, 300, 77);
    put(41, "born", 1, 100, 78);
    watch.look();
    const auto found = watch.busiest(5);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].name, "born");
    EXPECT_EQ(found[0].processes, 2u);
    EXPECT_EQ(found[0].pid, 40);
    EXPECT_EQ(found[1].name, "a (bad) name");
    EXPECT_NEAR(found[0].cpus / found[1].cpus, 4, 1e-9);
    EXPECT_EQ(watch.busiest(1).size(), 1u);
}

}  // namespace
}  // namespace ipcmark
