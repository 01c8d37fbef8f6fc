#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/host/test/fake_host.hpp"
#include "harness/result/counting_metrics.hpp"
#include "harness/worker/counters/energy.hpp"
#include "harness/worker/counters/perf_counters.hpp"
#include "harness/worker/counters/process_usage.hpp"

namespace ipcmark {
namespace {

constexpr const char* sys_enter = "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id";
constexpr std::size_t switches = 0;
constexpr std::size_t syscalls = 4;
constexpr std::size_t cycles = 5;

void sleep_briefly(int times) {
    const timespec pause{.tv_sec = 0, .tv_nsec = 100'000};
    for (int i = 0; i < times; ++i)
        ::nanosleep(&pause, nullptr);
}

perf_counts count_sleeps(const host_files& files = host_files()) {
    perf_counters counters(true, {0}, files);
    counters.start();
    sleep_briefly(10);
    counters.stop();
    return counters.read();
}

TEST(perf_counters, every_event_has_a_count_or_a_reason) {
    const perf_counts counts = count_sleeps();
    for (std::size_t i = 0; i < perf_counts::event_count; ++i)
        EXPECT_FALSE(counts.notes[i].empty()) << perf_counts::names[i];
    if (counts.values[switches])
        EXPECT_GE(*counts.values[switches], 10u);
    else
        EXPECT_TRUE(counts.notes[switches].starts_with("perf_event_open: "))
            << counts.notes[switches];
    const perf_counts unwanted = perf_counters(false).read();
    EXPECT_FALSE(unwanted.values[switches]);
}

TEST(perf_counters, system_calls_are_counted_where_tracefs_allows) {
    const perf_counts counts = count_sleeps();
    if (counts.values[syscalls]) {
        EXPECT_GE(*counts.values[syscalls], 10u);
        EXPECT_LE(*counts.values[syscalls], 10u + 2 * perf_counts::event_count);
        EXPECT_EQ(counts.notes[syscalls], "tracepoint raw_syscalls:sys_enter");
    } else {
        EXPECT_NE(counts.notes[syscalls].find("as root: "), std::string::npos)
            << counts.notes[syscalls];
    }
}

TEST(perf_counters, a_tracepoint_is_looked_up_in_either_mount) {
    fake_host host;
    EXPECT_FALSE(tracepoint_id(host.files(), "raw_syscalls/sys_enter"));
    host.write("/sys/kernel/debug/tracing/events/raw_syscalls/sys_enter/id", "17");
    EXPECT_EQ(tracepoint_id(host.files(), "raw_syscalls/sys_enter"), 17u);
    host.write(sys_enter, "443");
    EXPECT_EQ(tracepoint_id(host.files(), "raw_syscalls/sys_enter"), 443u);
    host.write(sys_enter, "not a number").remove("/sys/kernel/debug");
    EXPECT_FALSE(tracepoint_id(host.files(), "raw_syscalls/sys_enter"));
}

TEST(perf_counters, without_tracefs_they_say_how_to_mount_it) {
    const fake_host host;
    const perf_counts counts = count_sleeps(host.files());
    EXPECT_FALSE(counts.values[syscalls]);
    EXPECT_NE(counts.notes[syscalls].find("mount -t tracefs"), std::string::npos);
}

TEST(perf_counters, a_count_that_shared_its_counter_is_scaled) {
    EXPECT_EQ(scaled_count(100, 50, 50), 100u);
    EXPECT_EQ(scaled_count(100, 80, 20), 400u);
    EXPECT_EQ(scaled_count(0, 0, 0), 0u);
    EXPECT_FALSE(scaled_count(0, 80, 0)) << "it never ran: that is no count of 0";
}

/// Runs in a child of this test, as nobody; returns what went wrong.
int count_as_nobody() {
    constexpr uid_t nobody = 65534;
    if (::setgid(nobody) != 0 || ::setuid(nobody) != 0) return 1;
    const perf_counts counts = count_sleeps();
    if (counts.values[switches]) return *counts.values[switches] >= 10 ? 0 : 2;
    return counts.notes[switches].find("perf_event_paranoid") != std::string::npos ? 0 : 3;
}

TEST(perf_counters, an_unprivileged_process_never_reads_zero_switches) {
    if (::getuid() != 0) GTEST_SKIP() << "takes root to become nobody";
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) ::_exit(count_as_nobody());
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0) << "2: too few switches without a word; 3: no reason given";
}

class energy_test : public testing::Test {
protected:
    void zone(const std::string& folder, const std::string& name, std::uint64_t uj) {
        const std::string at = "/sys/class/powercap/" + folder;
        host.write(at + "/name", name);
        host.write(at + "/max_energy_range_uj", "1000000");
        host.write(at + "/energy_uj", std::to_string(uj));
    }
    void set(const std::string& folder, std::uint64_t uj) {
        host.write("/sys/class/powercap/" + folder + "/energy_uj", std::to_string(uj));
    }
    static void pass_ms(long ms) {
        const timespec pause{.tv_sec = 0, .tv_nsec = ms * 1'000'000};
        ::nanosleep(&pause, nullptr);
    }
    fake_host host;
};

TEST_F(energy_test, packages_and_their_memory_are_summed_and_no_part_counts_twice) {
    zone("intel-rapl:0", "package-0", 100);
    zone("intel-rapl:0:0", "core", 50);
    zone("intel-rapl:0:1", "dram", 10);
    zone("intel-rapl:1", "psys", 500);
    energy_meter meter(true, host.files());
    meter.start();
    pass_ms(12);
    set("intel-rapl:0", 400);
    set("intel-rapl:0:0", 250);
    set("intel-rapl:0:1", 17);
    set("intel-rapl:1", 900);
    meter.stop();
    const energy_count drawn = meter.read();
    EXPECT_EQ(drawn.microjoules, 307u);
    EXPECT_EQ(drawn.note, "powercap energy_uj of package-0, dram, the whole machine");
}

TEST_F(energy_test, a_counter_that_starts_anew_is_carried_on) {
    zone("intel-rapl:0", "package-0", 999'900);
    energy_meter meter(true, host.files());
    meter.start();
    pass_ms(12);
    set("intel-rapl:0", 50);
    meter.stop();
    EXPECT_EQ(meter.read().microjoules, 150u);
    EXPECT_EQ(counted_since(7, 7, 100), 0u);
}

TEST_F(energy_test, too_short_a_span_or_no_zone_is_said) {
    EXPECT_NE(energy_meter(true, host.files()).read().note.find("no RAPL zone"), std::string::npos);
    zone("intel-rapl:0", "package-0", 1);
    energy_meter meter(true, host.files());
    meter.start();
    meter.stop();
    EXPECT_FALSE(meter.read().microjoules);
    EXPECT_NE(meter.read().note.find("--repetition-ms"), std::string::npos);
}

TEST_F(energy_test, what_may_not_be_read_names_the_remedy) {
    zone("intel-rapl:0", "package-0", 1);
    host.remove("/sys/class/powercap/intel-rapl:0/energy_uj");
    const energy_count drawn = energy_meter(true, host.files()).read();
    EXPECT_FALSE(drawn.microjoules);
    EXPECT_NE(drawn.note.find("chmod a+r"), std::string::npos) << drawn.note;
}

TEST(process_usage, all_threads_of_a_process_are_summed) {
    fake_host host;
    const auto thread = [&](const std::string& id, const char* run_ns, const char* voluntary,
                            const char* involuntary) {
        const std::string at = "/proc/7/task/" + id;
        host.write(at + "/schedstat", std::string(run_ns) + " 5 6");
        host.write(at + "/status", std::string("Name:\tx\nvoluntary_ctxt_switches:\t") + voluntary +
                                       "\nnonvoluntary_ctxt_switches:\t" + involuntary);
    };
    thread("7", "1000", "3", "1");
    thread("8", "500", "10", "2");
    // The name may hold anything; field 39 is the CPU.
    host.write("/proc/7/stat",
               "7 (a) b c) S 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 "
               "24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 1 40");
    const auto used = read_process_usage(7, host.files());
    ASSERT_TRUE(used);
    EXPECT_EQ(used->cpu_ns, 1500);
    EXPECT_EQ(used->voluntary_switches, 13);
    EXPECT_EQ(used->involuntary_switches, 3);
    EXPECT_EQ(used->threads, 2);
    EXPECT_EQ(used->last_cpu, 1);
    EXPECT_EQ(threads_of(7, host.files()), (std::vector<pid_t>{7, 8}));
    EXPECT_FALSE(read_process_usage(9, host.files()));
}

TEST(process_usage, a_thread_that_ended_takes_nothing_away) {
    const process_usage before{.cpu_ns = 900, .voluntary_switches = 9, .threads = 2};
    const process_usage after{.cpu_ns = 400, .voluntary_switches = 12, .threads = 1};
    EXPECT_EQ((after - before).cpu_ns, 0);
    EXPECT_EQ((after - before).voluntary_switches, 3);
    EXPECT_EQ((after - before).threads, 1);
}

class counting_test : public testing::Test {
protected:
    counting_test() {
        for (auto& side : repetition.sides) {
            side.measured.counted_messages = 100;
            side.measured.events.values[switches] = 150;
            side.measured.events.notes[switches] = "perf software event";
            side.measured.events.notes[cycles] = "no PMU here";
            side.measured.events.notes[syscalls] = "tracefs is not mounted";
            side.measured.consumed.voluntary_switches = 30;
            side.measured.consumed.minor_faults = 5;
        }
        repetition.sides[0].measured.energy = {700, "powercap"};
    }
    counting_facts counted_events() { return count_events({what, repetition, clock}); }
    cell what{"pipe", pattern::round_trip, 64, placement::l3, touch::rw, 16};
    repetition_result repetition;
    shared_clock clock{clock_parameters{}};
};

TEST_F(counting_test, events_of_both_processes_are_told_per_message_with_their_source) {
    const auto counted = counted_events();
    EXPECT_EQ(counted.per_message.at("context_switches_per_message"), 3.0);
    EXPECT_EQ(counted.sources.at("context_switches_per_message"), "perf software event");
    EXPECT_EQ(counted.per_message.at("energy_nj_per_message"), 7000.0);
}

TEST_F(counting_test, what_is_missing_is_null_and_says_why) {
    const auto counted = counted_events();
    EXPECT_FALSE(counted.per_message.at("cycles_per_message"));
    EXPECT_EQ(counted.unavailable.at("cycles_per_message"), "no PMU here");
    EXPECT_EQ(counted.unavailable.at("syscalls_per_message"), "tracefs is not mounted");
}

TEST_F(counting_test, refused_software_events_fall_back_to_getrusage_and_say_so) {
    for (auto& side : repetition.sides) {
        side.measured.events.values[switches].reset();
        side.measured.events.notes[switches] = "Permission denied";
    }
    const auto counted = counted_events();
    EXPECT_EQ(counted.per_message.at("context_switches_per_message"), 0.6);
    EXPECT_EQ(counted.sources.at("context_switches_per_message"), "getrusage; Permission denied");
    EXPECT_EQ(counted.per_message.at("page_faults_per_message"), 0.1);
}

TEST_F(counting_test, a_daemons_events_are_among_them_or_missed_aloud) {
    repetition.has_service = true;
    repetition.sides[0].measured.service_events.values[switches] = 100;
    EXPECT_EQ(counted_events().per_message.at("context_switches_per_message"), 4.0);
    repetition.sides[0].measured.service_events.values[switches].reset();
    repetition.sides[0].measured.service_events.notes[switches] = "it has gone";
    EXPECT_EQ(counted_events().sources.at("context_switches_per_message"),
              "perf software event, without the service: it has gone");
}

TEST_F(counting_test, a_cell_has_the_median_over_its_counting_repetitions) {
    std::vector<counting_facts> repetitions;
    for (const std::uint64_t count : {10u, 900u, 20u}) {
        repetition.sides[0].measured.events.values[switches] = count;
        repetition.sides[1].measured.events.values[switches] = 0;
        repetitions.push_back(counted_events());
    }
    const auto merged = merged_counts(repetitions).value();
    EXPECT_EQ(merged.repetitions, 3u);
    EXPECT_EQ(merged.per_message.at("context_switches_per_message"), 0.2);
    EXPECT_FALSE(merged.per_message.at("cycles_per_message"));
    EXPECT_FALSE(merged_counts({}));
}

}  // namespace
}  // namespace ipcmark
