#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <signal.h>
#include <thread>

#include "harness/base/clock_offset.hpp"
#include "harness/base/posix/affinity.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/endpoints/storages.hpp"
#include "harness/result/idle_share.hpp"
#include "harness/run/test/runner_fixture.hpp"
#include "harness/worker/probes/clock_offset_probe.hpp"
#include "harness/worker/worker.hpp"
#include "transports/register_all.hpp"

namespace ipcmark {
namespace {
TEST_F(runner_test, a_pair_brings_back_what_both_sides_measured) {
    const repetition_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    EXPECT_GT(result.producer().measured.messages, 0u);
    EXPECT_EQ(result.producer().measured.messages, result.consumer().measured.messages);
    EXPECT_EQ(result.producer().latencies.count(), result.producer().measured.messages);
    EXPECT_GT(result.producer().peak_resident_bytes.value(), 0);
}

TEST_F(runner_test, a_lean_program_works_for_what_it_holds) {
    options.lean = {"/no/such/program", [](std::string_view name) { return name == "pipe"; }};
    EXPECT_FALSE(run().failed) << "unix_seqpacket is not held by it";
    request.what.transport = "pipe";
    EXPECT_THROW(run(), call_failed);
}

TEST_F(runner_test, setting_up_is_stamped_on_both_sides) {
    request.what.kind = pattern::setup;
    const repetition_result result = run();
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
        request.work.act.kind = task_kind::inside;
        const repetition_result result = run();
        ASSERT_FALSE(result.failed) << name << ": " << result.failed->text;
        EXPECT_GT(result.producer().measured.messages, 0u) << name;
        EXPECT_EQ(result.producer().measured.consumed.voluntary_switches, 0) << name;
    }
}

TEST_F(runner_test, a_channel_of_sockets_alone_is_enough_for_what_works_between_machines) {
    request.channel = {.shared_memory = false, .descriptors = false};
    request.what.transport = "tcp";
    for (const pattern kind : {pattern::round_trip, pattern::one_way, pattern::setup}) {
        request.what.kind = kind;
        const repetition_result result = run();
        ASSERT_FALSE(result.failed) << to_word(kind) << ": " << result.failed->text;
        EXPECT_GT(result.producer().measured.messages, 0u) << to_word(kind);
        EXPECT_EQ(result.producer().measured.messages, result.consumer().measured.messages);
    }
}

TEST_F(runner_test, what_a_channel_lacks_skips_the_cell_and_is_named) {
    const auto refused = [&](const char* transport, pattern kind, std::size_t payload_bytes) {
        request.what.transport = transport;
        request.what.kind = kind;
        request.what.payload_bytes = payload_bytes;
        const repetition_result result = run();
        if (!result.failed) return std::string("it ran");
        EXPECT_EQ(result.failed->ended, status::skipped);
        EXPECT_EQ(result.failed->code, "channel");
        return result.failed->text;
    };
    request.channel = {.shared_memory = true, .descriptors = false};
    EXPECT_EQ(refused("pipe", pattern::round_trip, 64),
              "it hands over a descriptor, which this channel cannot");
    request.channel = {.shared_memory = false, .descriptors = true};
    EXPECT_NE(refused("tcp", pattern::paced, 64).find("paced needs memory"), std::string::npos);
    EXPECT_NE(refused("tcp", pattern::round_trip, 4).find("fewer than 8 bytes"), std::string::npos);
    EXPECT_NE(refused("udp", pattern::one_way, 64).find("may be lost"), std::string::npos);
}

TEST_F(runner_test, without_shared_memory_heartbeats_tell_the_stage) {
    request.channel = {.shared_memory = false, .descriptors = true};
    for (const stage at : {stage::meeting, stage::warming_up, stage::timing}) {
        request.die_entering = {at};
        const repetition_result result = run();
        ASSERT_TRUE(result.failed);
        EXPECT_EQ(result.failed->stage, to_word(at)) << result.failed->text;
    }
}

TEST_F(runner_test, a_token_goes_round_a_ring_of_processes) {
    request.what = {"pipe", pattern::switch_ring, 1, placement::same_cpu, touch::rw, 1};
    request.what.varied.value = 4;
    request.what.varied.working_set_bytes = 4096;
    const int cpu = allowed_cpus().front();
    request.parties = pair_on(cpu, cpu);
    const repetition_result result = run();
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
    options.stage_deadline_ms = 3'000;  // an instrumented worker beside others takes long to start
    const repetition_result result = run();
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
    request.die_entering.resize(2);
    request.die_entering[static_cast<std::size_t>(side)] = at;
    const repetition_result result = run();
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
    const repetition_result result = run();
    ASSERT_TRUE(result.failed);
    EXPECT_EQ(result.failed->ended, status::timed_out);
    EXPECT_NE(result.failed->text.find("599 messages"), std::string::npos) << result.failed->text;
}

TEST_F(runner_test, an_interrupt_ends_a_running_pair_at_once) {
    request.work.timed_ns = 20'000'000'000;
    const pid_t self = ::getpid();
    std::thread later([self] {
        std::this_thread::sleep_for(std::chrono::milliseconds(150));
        ::kill(self, SIGINT);
    });
    const auto start = std::chrono::steady_clock::now();
    const repetition_result result = run();
    later.join();
    EXPECT_TRUE(result.interrupted);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST_F(runner_test, a_limit_met_while_constructing_is_a_skip) {
    request.what = {"shm_ring_futex", pattern::one_way, 1u << 20,
                    placement::free,  touch::rw,        std::size_t{1} << 24};
    const repetition_result result = run();
    ASSERT_TRUE(result.failed);
    EXPECT_EQ(result.failed->ended, status::skipped) << result.failed->text;
    EXPECT_EQ(result.failed->code, "limit");
}

TEST_F(runner_test, an_unknown_transport_is_an_error_not_a_crash) {
    request.what.transport = "no_such_thing";
    const repetition_result result = run();
    ASSERT_TRUE(result.failed);
    EXPECT_EQ(result.failed->code, "error");
}

TEST_F(runner_test, a_counting_repetition_tells_of_every_event) {
    request.work.act.kind = task_kind::count;
    const repetition_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    for (const auto& side : result.sides)
        for (std::size_t i = 0; i < perf_counts::event_count; ++i)
            EXPECT_FALSE(side.measured.events.notes[i].empty()) << perf_counts::names[i];
    EXPECT_FALSE(result.producer().measured.energy.note.empty());
    request.work.act = {};
    EXPECT_FALSE(run().producer().measured.events.values[0]) << "never in a timed repetition";
}

TEST_F(runner_test, both_workers_get_the_repetitions_layout) {
    request.work.act = {task_kind::check, "layout"};
    request.layout = {1234, 100, 5 * 4096 + 256};
    const repetition_result shifted = run();
    ASSERT_FALSE(shifted.failed) << shifted.failed->text;
    EXPECT_EQ(shifted.layout, request.layout);
    for (const auto& side : shifted.sides) {
        EXPECT_EQ(side.notes.at("environment_pad"), 1234);
        EXPECT_EQ(side.notes.at("region_offset"), 5 * 4096 + 256);
    }
    request.layout = {};
    EXPECT_EQ(run().producer().notes.at("environment_pad"), -1);
}

TEST_F(runner_test, more_than_two_workers_meet_and_talk) {
    request.parties = {
        {role::producer, 0, no_cpu}, {role::consumer, 0, no_cpu}, {role::consumer, 1, no_cpu}};
    request.work.act = {task_kind::check, "introductions"};
    const repetition_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    ASSERT_EQ(result.sides.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(result.sides[i].notes.at("position"), static_cast<std::int64_t>(i));
        EXPECT_EQ(result.sides[i].notes.at("heard"), 3 - static_cast<std::int64_t>(i));
    }
    EXPECT_EQ(&result.consumer(), &result.sides[1]);
    request.die_entering = {std::nullopt, std::nullopt, stage::timing};
    const repetition_result one_died = run();
    ASSERT_TRUE(one_died.failed);
    EXPECT_EQ(one_died.failed->code, "died");
    EXPECT_NE(one_died.failed->text.find("the consumer 1"), std::string::npos)
        << one_died.failed->text;
}

/// CPU share of the consumer of a pair on two CPUs, none where there is one.
class idle_test : public runner_test {
protected:
    std::optional<double> share_of(const char* transport) {
        const auto cpus = allowed_cpus();
        if (cpus.size() < 2) return std::nullopt;
        request.what.transport = transport;
        request.parties = pair_on(cpus.front(), cpus.back());
        request.work.act.kind = task_kind::idle;
        request.work.timed_ns = 200'000'000;
        const repetition_result result = run();
        EXPECT_FALSE(result.failed) << result.failed->text;
        const measurement& waiting = result.consumer().measured;
        EXPECT_EQ(waiting.messages, 1u);
        return idle_share(waiting.consumed,
                          shared_clock(clock).to_ns(waiting.first_ticks, waiting.last_ticks));
    }
};

TEST_F(idle_test, one_that_spins_burns_its_cpu_while_nothing_comes) {
    const auto share = share_of("shm_ring_spin");
    if (!share) GTEST_SKIP() << "one CPU is allowed here";
    EXPECT_GT(*share, 0.5);
}

TEST_F(idle_test, one_that_sleeps_burns_none) {
    const auto share = share_of("pipe");
    if (!share) GTEST_SKIP() << "one CPU is allowed here";
    EXPECT_LT(*share, 0.3);
}

TEST_F(runner_test, two_processes_bound_how_far_their_clocks_are_apart) {
    request.work.act = {task_kind::probe, std::string(clock_offset_probe)};
    const repetition_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    EXPECT_GE(result.producer().notes.at("least_out_ticks"), 0);
    EXPECT_GE(result.producer().notes.at("least_back_ticks"), 0);
    EXPECT_TRUE(result.consumer().notes.empty());
}

TEST_F(runner_test, pinned_workers_stay_where_they_were_put) {
    const int cpu = allowed_cpus().front();
    request.parties = pair_on(cpu, cpu);
    request.what.place = placement::same_cpu;
    const repetition_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    EXPECT_EQ(result.producer().last_cpu, cpu);
    EXPECT_EQ(result.consumer().last_cpu, cpu);
}

}  // namespace
}  // namespace ipcmark

namespace {

/// A check of this test alone: notes where things lie.
void note_layout(const ipcmark::registration&, ipcmark::setup& cell, ipcmark::session&,
                 const ipcmark::job&) {
    const char* pad = std::getenv("IPCMARK_LAYOUT_PAD");
    const ipcmark::mapping memory = ipcmark::memfd_storage(cell, 4096);
    cell.notes["environment_pad"] = pad == nullptr ? -1 : static_cast<std::int64_t>(strlen(pad));
    cell.notes["region_offset"] =
        static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(memory.data()) %
                                  ipcmark::memory_layout::region_range_bytes);
}

/// Everybody tells everybody its position and adds up what it hears.
void introduce_oneself(ipcmark::setup& cell, ipcmark::session& state) {
    state.enter(ipcmark::stage::timing);
    cell.peer.meet();
    for (std::size_t other = 0; other < cell.peer.parties(); ++other)
        if (other != cell.party) cell.peer.tell(other, std::to_string(cell.party));
    std::int64_t heard = 0;
    for (std::size_t other = 0; other < cell.peer.parties(); ++other)
        if (other != cell.party) heard += std::stoll(cell.peer.hear(other));
    cell.notes["heard"] = heard;
    cell.notes["position"] = cell.party;
    cell.peer.meet();
}

void run_check(const ipcmark::registration& mechanism, ipcmark::setup& cell,
               ipcmark::session& state, const ipcmark::job& task) {
    if (task.work.act.name == "introductions") return introduce_oneself(cell, state);
    note_layout(mechanism, cell, state, task);
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (!arguments.empty() && arguments.front() == "worker") {
        ipcmark::registry all;
        ipcmark::register_all(all);
        return ipcmark::worker_main(arguments, all, &run_check);
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
