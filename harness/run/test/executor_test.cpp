#include "harness/run/executor.hpp"

#include <gtest/gtest.h>
#include <set>

#include "harness/base/posix/affinity.hpp"
#include "harness/run/schedule.hpp"
#include "harness/run/switch_decomposition.hpp"
#include "harness/run/test/runner_fixture.hpp"

namespace ipcmark {
namespace {

struct kept_attempt {
    std::size_t variant;
    std::uint64_t sequence;
    memory_layout layout;
    bool failed;
    std::vector<int> cpus;  // where the parties were at the end
};

class keeper : public run_observer {
public:
    void attempted(const attempt& done) override {
        kept.push_back({done.asked.variant,
                        done.sequence,
                        done.outcome.layout,
                        done.outcome.failed.has_value(),
                        {}});
        for (const worker_report& each : done.outcome.sides)
            kept.back().cpus.push_back(each.last_cpu);
    }
    void say(const std::string& sentence) override { said.push_back(sentence); }

    std::vector<kept_attempt> kept;
    std::vector<std::string> said;
};

class executor_test : public testing::Test {
protected:
    executor_test() {
        what_.seed = 3;
        what_.request.repetitions = 4;
        what_.request.repetition_ms = 20;
        what_.cells.resize(1);
        what_.cells[0].what = {"null", pattern::round_trip, 64, placement::free, touch::rw, 16};
        what_.cells[0].alone = true;
    }

    run_outcome run(schedule& steps) {
        runner pairs(workspace_, interrupts_, parameters_, {});
        const shared_clock clock(parameters_);
        executor by(what_, pairs, interrupts_, clock, {}, observer_);
        return run_schedule(
            steps, by,
            {[](const std::string&) { return false; },
             [](const std::string&) { return cell_progress{}; }, [](std::size_t) {}});
    }

    plan what_;
    keeper observer_;
    run_workspace workspace_;
    interrupt_watch interrupts_;
    clock_parameters parameters_;
};

TEST_F(executor_test, pairs_get_a_memory_layout_each_as_rounds_do) {
    pairs_schedule pairs(what_, std::nullopt);
    EXPECT_EQ(run(pairs).rounds_done, 4u);
    ASSERT_EQ(observer_.kept.size(), 8u);
    std::set<std::uint32_t> offsets;
    for (const auto& each : observer_.kept) {
        EXPECT_FALSE(each.failed);
        EXPECT_NE(each.layout, memory_layout{});
        offsets.insert(each.layout.region_offset_bytes);
    }
    EXPECT_GE(offsets.size(), 7u) << "a layout of its own for each repetition";
}

TEST_F(executor_test, parties_run_on_each_others_cpus_where_a_repetition_asks_for_it) {
    const auto cpus = allowed_cpus();
    if (cpus.size() < 2) GTEST_SKIP() << "there are no two CPUs here";
    what_.cells[0].parties = pair_on(cpus[0], cpus[1]);
    pairs_schedule pairs(
        what_, {{0, 0}},
        {.drawn_by_pair = true, .takes_part = [](auto, auto round) { return round < 8; }});
    run(pairs);
    ASSERT_EQ(observer_.kept.size(), 16u);
    std::set<std::vector<int>> seen;
    for (const auto& each : observer_.kept)
        seen.insert(each.cpus);
    EXPECT_EQ(seen, (std::set<std::vector<int>>{{cpus[0], cpus[1]}, {cpus[1], cpus[0]}}));
}

TEST_F(executor_test, without_randomised_layouts_there_is_none) {
    what_.request.randomise_layout = false;
    pairs_schedule pairs(what_, std::nullopt);
    run(pairs);
    for (const auto& each : observer_.kept)
        EXPECT_EQ(each.layout, memory_layout{});
}

TEST_F(executor_test, a_cell_that_fails_is_told_and_does_not_stop_the_rest) {
    what_.cells.push_back(what_.cells[0]);
    what_.cells[1].what.transport = "faulty_die";
    what_.request.repetition_ms = 200;  // 600 messages, with a sanitizer, too
    what_.cells[1].alone = false;
    pairs_schedule pairs(what_, std::nullopt);
    const run_outcome ended = run(pairs);
    EXPECT_TRUE(ended.complete);
    EXPECT_FALSE(observer_.said.empty());
    EXPECT_EQ(observer_.kept.size(), 16u);
}

class switch_decomposition_test : public runner_test {
protected:
    switch_decomposition_test() {
        const auto cpus = allowed_cpus();
        request.what.kind = pattern::decompose;
        request.parties = pair_on(cpus.front(), cpus.back());
        options.stage_deadline_ms = 5'000;
        request.work.timed_ns = 200'000'000;  // slots are kept on a busy machine, too
    }
    repetition_result take_apart(const char* transport, const planned_cell& planned) {
        request.what.transport = transport;
        runner pairs(workspace, interrupts, clock, options);
        return switch_decomposition(pairs).run(request, planned, true);
    }
};

TEST_F(switch_decomposition_test, a_pipe_is_taken_apart_with_its_sibling_that_polls) {
    planned_cell planned;
    planned.polling_sibling = "pipe_busy";
    const repetition_result whole = take_apart("pipe", planned);
    ASSERT_FALSE(whole.failed) << whole.failed->text;
    EXPECT_EQ(whole.hop_note, "");
    ASSERT_EQ(whole.polling.size(), 1u);
    EXPECT_GT(whole.polling.front().producer().latencies.count(), 0u);
    ASSERT_EQ(whole.waking.size(), 1u);
    EXPECT_GT(whole.waking.front().consumer().measured.figures.at("send_p50_ns"), 0);
    EXPECT_EQ(whole.inside.size(), 1u);
    EXPECT_EQ(whole.one_cpu.size(), 1u);
}

TEST_F(switch_decomposition_test, who_spins_before_it_sleeps_has_no_exchange_on_one_cpu) {
    planned_cell planned;
    planned.spins_first = true;
    const repetition_result whole = take_apart("shm_ring_spin_pause_then_futex", planned);
    ASSERT_FALSE(whole.failed) << whole.failed->text;
    EXPECT_TRUE(whole.one_cpu.empty()) << "its spin budget is no context switch";
    EXPECT_NE(whole.hop_note.find("how long it spins"), std::string::npos);
    EXPECT_TRUE(whole.polling.empty());
    EXPECT_EQ(whole.inside.size(), 1u);
}

}  // namespace
}  // namespace ipcmark
