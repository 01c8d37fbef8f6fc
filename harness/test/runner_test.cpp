#include "harness/runner.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <dirent.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <signal.h>
#include <thread>

#include "harness/posix/affinity.hpp"
#include "harness/posix/error.hpp"
#include "harness/worker.hpp"
#include "transports/register_all.hpp"

namespace ipcmark {
namespace {

namespace fs = std::filesystem;

std::size_t children() {
    std::ifstream list("/proc/self/task/" + std::to_string(::getpid()) + "/children");
    return static_cast<std::size_t>(std::distance(std::istream_iterator<int>(list), {}));
}

std::size_t entries(const fs::path& folder, const std::string& prefix) {
    std::size_t count = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
        count += entry.path().filename().string().starts_with(prefix);
    return count;
}

class runner_test : public testing::Test {
protected:
    runner_test() {
        options.stage_deadline_ms = 700;
        request.what = {"unix_seqpacket", pattern::round_trip, 64, placement::free, touch::rw, 16};
        request.tag = 0x1122334455667788;
        request.work.warm_up_min_ns = 1'000'000;
        request.work.warm_up_messages = 100;
        request.work.warm_up_max_ns = 20'000'000;
        request.work.timed_ns = 10'000'000;
    }

    ~runner_test() override {
        EXPECT_EQ(children(), 0u);
        EXPECT_EQ(entries("/dev/shm", area.directory().filename()), 0u);
        EXPECT_EQ(entries(area.directory(), "0"), 0u) << "the spawn's folder";
    }

    spawn_result run() { return runner(area, interrupts, clock, options).run(request); }

    run_area area;
    interrupt_watch interrupts;
    clock_parameters clock;
    runner_options options;
    spawn_request request;
};

TEST_F(runner_test, a_pair_brings_back_what_both_sides_measured) {
    const spawn_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    EXPECT_GT(result.producer().measured.messages, 0u);
    EXPECT_EQ(result.producer().measured.messages, result.consumer().measured.messages);
    EXPECT_EQ(result.producer().latencies.count(), result.producer().measured.messages);
    EXPECT_GT(result.producer().peak_resident_bytes.value(), 0);
}

class open_loop_test : public runner_test {
protected:
    open_loop_test() {
        options.stage_deadline_ms = 5'000;
        request.what.depth = 1024;
        request.work.warm_up_messages = 10;
        request.work.warm_up_min_ns = 0;
        request.work.timed_ns = 400'000'000;
    }
};

TEST_F(open_loop_test, a_stall_shows_in_every_message_that_it_delayed) {
    request.what.transport = "faulty_stall";
    request.what.kind = pattern::paced;
    request.work.pace.rate_hz = 10'000;
    const spawn_result paced = run();
    ASSERT_FALSE(paced.failed) << paced.failed->text;
    EXPECT_GE(paced.consumer().latencies.supported_quantile_ns(0.99).value(), 40e6)
        << "500 of 4,000 messages were due while the producer stood still for 50 ms";
    request.what.kind = pattern::round_trip;
    const spawn_result closed = run();
    ASSERT_FALSE(closed.failed) << closed.failed->text;
    EXPECT_GE(closed.producer().latencies.greatest_ns(), 50'000'000u);
    EXPECT_LT(closed.producer().latencies.supported_quantile_ns(0.99).value(), 40e6)
        << "a closed loop waits with it: coordinated omission";
}

TEST_F(open_loop_test, a_paced_cell_says_how_well_the_schedule_was_kept) {
    request.what.kind = pattern::paced;
    request.work.pace.rate_hz = 2'000;
    request.work.pace.poisson = true;
    const spawn_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    const measurement& producer = result.producer().measured;
    EXPECT_EQ(producer.messages, result.consumer().measured.messages);
    EXPECT_NEAR(static_cast<double>(producer.messages), 800, 200) << "Poisson: 800 +- 28";
    EXPECT_NEAR(producer.figures.at("offered_per_second"), 2'000, 500);
    EXPECT_GT(producer.figures.at("achieved_per_second"), 0);
    EXPECT_LE(producer.figures.at("missed_share"), 1);
    EXPECT_EQ(result.consumer().latencies.count(), result.consumer().measured.messages);
    EXPECT_LE(result.consumer().measured.figures.at("send_p50_ns"),
              result.consumer().latencies.quantile_ns(0.5) * 1.01);
}

TEST_F(open_loop_test, what_cannot_be_sent_in_time_is_missed_and_not_forgotten) {
    request.what.kind = pattern::paced;
    request.work.timed_ns = 50'000'000;
    request.work.pace.rate_hz = 20e6;  // beyond any socket
    const spawn_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    EXPECT_GT(result.producer().measured.figures.at("missed_share"), 0.5);
    EXPECT_LT(result.producer().measured.figures.at("achieved_per_second"), 19e6);
}

TEST_F(open_loop_test, a_silence_precedes_each_message_of_wake) {
    request.what.kind = pattern::wake;
    request.work.pace.gap_ns = 5'000'000;
    const spawn_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    const auto messages = result.consumer().measured.messages;
    EXPECT_GE(messages, 2u);
    EXPECT_LE(messages, 82u) << "no more than fit into 400 ms with 5 ms between them";
    EXPECT_EQ(result.consumer().latencies.count(), messages);
}

TEST_F(open_loop_test, a_burst_is_drained_before_the_next_one) {
    request.what.kind = pattern::burst;
    request.work.timed_ns = 50'000'000;
    request.work.pace.burst = 8;
    request.work.pace.gap_ns = 200'000;
    const spawn_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    EXPECT_EQ(result.consumer().measured.messages % 8, 0u);
    EXPECT_GE(result.consumer().measured.figures.at("drain_ns"),
              static_cast<double>(result.consumer().latencies.least_ns()));
}

TEST_F(runner_test, setting_up_is_stamped_on_both_sides) {
    request.what.kind = pattern::setup;
    const spawn_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    for (const auto& side : result.sides) {
        const auto& figures = side.measured.figures;
        EXPECT_LT(figures.at("begun_ticks"), figures.at("constructed_ticks"));
        EXPECT_LT(figures.at("constructed_ticks"), figures.at("exchanged_ticks"));
        EXPECT_GT(figures.at("teardown_ticks"), 0);
        EXPECT_GT(side.started_ns, result.spawned_ns);
    }
    EXPECT_LT(result.producer().measured.figures.at("exchanged_ticks"),
              result.consumer().measured.figures.at("exchanged_ticks"));
}

TEST_F(runner_test, one_process_can_make_all_the_calls_of_an_exchange) {
    for (const char* name :
         {"pipe", "unix_stream", "shm_ring_futex", "shm_ring_spin", "posix_mq"}) {
        request.what.transport = name;
        request.work.inside = true;
        const spawn_result result = run();
        ASSERT_FALSE(result.failed) << name << ": " << result.failed->text;
        EXPECT_GT(result.producer().measured.messages, 0u) << name;
        EXPECT_EQ(result.producer().measured.consumed.voluntary_switches, 0) << name;
    }
}

TEST_F(runner_test, a_token_goes_round_a_ring_of_processes) {
    request.what = {"pipe", pattern::switch_ring, 1, placement::same_cpu, touch::rw, 1};
    request.what.varied.value = 4;
    request.what.varied.working_set_bytes = 4096;
    const int cpu = allowed_cpus().front();
    request.cpus = {cpu, cpu};
    const spawn_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    const auto& figures = result.producer().measured.figures;
    EXPECT_GT(result.producer().measured.messages, 0u);
    EXPECT_GT(figures.at("overhead_ns"), 0);
    EXPECT_GT(figures.at("hop_ns"), 0);
    EXPECT_DOUBLE_EQ(figures.at("context_switch_ns"),
                     figures.at("hop_ns") - figures.at("overhead_ns"));
}

struct fault_case {
    const char* transport;
    status ended;
    const char* code;
    const char* text;
};

class every_fault : public runner_test, public testing::WithParamInterface<fault_case> {};

TEST_P(every_fault, is_reported_as_itself) {
    request.what.transport = GetParam().transport;
    request.what.kind = pattern::one_way;
    request.work.timed_ns = 200'000'000;
    options.stage_deadline_ms = 500;
    const spawn_result result = run();
    ASSERT_TRUE(result.failed);
    EXPECT_EQ(result.failed->ended, GetParam().ended);
    EXPECT_EQ(result.failed->code, GetParam().code);
    EXPECT_NE(result.failed->text.find(GetParam().text), std::string::npos) << result.failed->text;
}

INSTANTIATE_TEST_SUITE_P(
    faults, every_fault,
    testing::Values(fault_case{"faulty_drop", status::failed, "integrity", "is missing"},
                    fault_case{"faulty_corrupt", status::failed, "integrity", "changed on the way"},
                    fault_case{"faulty_duplicate", status::failed, "integrity", "arrived again"},
                    fault_case{"faulty_reorder", status::failed, "integrity", "lost or reordered"},
                    fault_case{"faulty_hang", status::timed_out, "stall", "still"},
                    fault_case{"faulty_die", status::failed, "died", "SIGKILL"}),
    [](const auto& which) { return std::string(which.param.transport); });

class every_stage : public runner_test,
                    public testing::WithParamInterface<std::tuple<stage, role>> {};

TEST_P(every_stage, a_worker_killed_in_it_is_named_and_cleaned_up) {
    const auto [at, side] = GetParam();
    request.die_entering[static_cast<std::size_t>(side)] = at;
    const spawn_result result = run();
    ASSERT_TRUE(result.failed);
    EXPECT_EQ(result.failed->ended, status::failed);
    EXPECT_EQ(result.failed->code, "died");
    EXPECT_EQ(result.failed->stage, to_word(at));
    EXPECT_NE(result.failed->text.find(to_word(side)), std::string::npos) << result.failed->text;
    EXPECT_NE(result.failed->text.find("SIGKILL"), std::string::npos) << result.failed->text;
    request.die_entering = {};
    EXPECT_FALSE(run().failed) << "a rerun succeeds";
}

INSTANTIATE_TEST_SUITE_P(stages, every_stage,
                         testing::Combine(testing::Values(stage::constructing, stage::meeting,
                                                          stage::warming_up, stage::timing,
                                                          stage::reporting),
                                          testing::Values(role::producer, role::consumer)),
                         [](const auto& which) {
                             return std::string(to_word(std::get<0>(which.param))) + "_" +
                                    std::string(to_word(std::get<1>(which.param)));
                         });

TEST_F(runner_test, a_hang_says_where_and_how_far) {
    request.what.transport = "faulty_hang";
    request.work.timed_ns = 300'000'000;
    options.stage_deadline_ms = 300;
    const spawn_result result = run();
    ASSERT_TRUE(result.failed);
    EXPECT_EQ(result.failed->ended, status::timed_out);
    EXPECT_NE(result.failed->text.find("1499 messages"), std::string::npos) << result.failed->text;
}

TEST_F(runner_test, an_interrupt_ends_a_running_pair_at_once) {
    request.work.timed_ns = 20'000'000'000;
    const pid_t self = ::getpid();
    std::thread later([self] {
        std::this_thread::sleep_for(std::chrono::milliseconds(150));
        ::kill(self, SIGINT);
    });
    const auto start = std::chrono::steady_clock::now();
    const spawn_result result = run();
    later.join();
    EXPECT_TRUE(result.interrupted);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST_F(runner_test, a_limit_met_while_constructing_is_a_skip) {
    request.what = {"shm_ring_futex", pattern::one_way, 1u << 20,
                    placement::free,  touch::rw,        std::size_t{1} << 24};
    const spawn_result result = run();
    ASSERT_TRUE(result.failed);
    EXPECT_EQ(result.failed->ended, status::skipped) << result.failed->text;
    EXPECT_EQ(result.failed->code, "limit");
}

TEST_F(runner_test, an_unknown_transport_is_an_error_not_a_crash) {
    request.what.transport = "no_such_thing";
    const spawn_result result = run();
    ASSERT_TRUE(result.failed);
    EXPECT_EQ(result.failed->code, "error");
}

/// A daemon that does nothing, and the two workers beside it.
child launch_sleeper(const private_area& area) {
    std::ofstream(area.directory / "launched") << area.name;
    return child::spawn_program({"sleep", "1000"}, {});
}

TEST_F(runner_test, a_daemon_lives_as_long_as_its_pair) {
    options.launcher = [](std::string_view) { return &launch_sleeper; };
    request.work.timed_ns = 300'000'000;
    std::size_t most = 0;
    std::atomic<bool> over{false};
    std::thread watcher([&] {
        while (!over.load(std::memory_order_acquire)) {
            most = std::max(most, children());
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    });
    const spawn_result result = run();
    over.store(true, std::memory_order_release);
    watcher.join();
    EXPECT_FALSE(result.failed) << result.failed->text;
    EXPECT_EQ(most, 3u);
}

TEST_F(runner_test, a_daemon_goes_even_when_both_workers_were_killed) {
    options.launcher = [](std::string_view) { return &launch_sleeper; };
    request.die_entering = {stage::timing, stage::timing};
    EXPECT_EQ(run().failed->code, "died");
}

TEST_F(runner_test, a_daemon_that_cannot_start_fails_the_spawn_and_says_why) {
    options.launcher = [](std::string_view) -> launch_function {
        return [](const private_area&) { return child::spawn_program({"no-such-daemon"}, {}); };
    };
    const spawn_result result = run();
    ASSERT_TRUE(result.failed);
    EXPECT_EQ(result.failed->ended, status::failed);
    EXPECT_NE(result.failed->text.find("no-such-daemon"), std::string::npos) << result.failed->text;
    options.launcher = [](std::string_view) -> launch_function {
        return [](const private_area&) -> child { throw limit_exceeded("too many daemons"); };
    };
    EXPECT_EQ(run().failed->ended, status::skipped);
}

TEST_F(runner_test, pinned_workers_stay_where_they_were_put) {
    const int cpu = allowed_cpus().front();
    request.cpus = {cpu, cpu};
    request.what.place = placement::same_cpu;
    const spawn_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    EXPECT_EQ(result.producer().last_cpu, cpu);
    EXPECT_EQ(result.consumer().last_cpu, cpu);
}

}  // namespace
}  // namespace ipcmark

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (!arguments.empty() && arguments.front() == "worker") {
        ipcmark::registry all;
        ipcmark::register_all(all);
        return ipcmark::worker_main(arguments, all);
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
