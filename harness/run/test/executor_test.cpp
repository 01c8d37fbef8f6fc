#include "harness/run/executor.hpp"

#include <gtest/gtest.h>
#include <set>

#include "harness/run/schedule.hpp"

namespace ipcmark {
namespace {

struct kept_attempt {
    std::size_t variant;
    std::uint64_t sequence;
    memory_layout layout;
    bool failed;
};

class keeper : public run_observer {
public:
    void attempted(const attempt& done) override {
        kept.push_back({done.asked.variant, done.sequence, done.outcome.layout,
                        done.outcome.failed.has_value()});
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
        runner pairs(area_, interrupts_, parameters_, {});
        const shared_clock clock(parameters_);
        executor by(what_, pairs, interrupts_, clock, 0, observer_);
        return run_schedule(
            steps, by,
            {[](const std::string&) { return false; },
             [](const std::string&) { return cell_progress{}; }, [](std::size_t) {}});
    }

    plan what_;
    keeper observer_;
    run_workspace area_;
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
    what_.cells[1].alone = false;
    pairs_schedule pairs(what_, std::nullopt);
    const run_outcome ended = run(pairs);
    EXPECT_TRUE(ended.complete);
    EXPECT_FALSE(observer_.said.empty());
    EXPECT_EQ(observer_.kept.size(), 16u);
}

}  // namespace
}  // namespace ipcmark
