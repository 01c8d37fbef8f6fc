#include "harness/analysis/clock_flags.hpp"

#include <gtest/gtest.h>

#include "harness/analysis/clock_faults.hpp"

namespace ipcmark {
namespace {

TEST(clock_check, a_good_clock_has_no_fault) {
    EXPECT_TRUE(clock_faults({.stamp_cost_ns = 20, .drift_ppm = -3, .suspended_ns = 200}).empty());
}

TEST(clock_check, each_fault_is_told) {
    const auto only = [](const clock_findings& found, const char* text) {
        const auto faults = clock_faults(found);
        return faults.size() == 1 && faults.front().find(text) != std::string::npos;
    };
    EXPECT_TRUE(only({.stamp_cost_ns = 101}, "clock reading costs 101 ns"));
    EXPECT_TRUE(only({.drift_ppm = -51}, "-51 ppm"));
    EXPECT_TRUE(only({.suspended_ns = 2'000'000'000}, "suspended for 2.000 s"));
    EXPECT_TRUE(only({.offsets_consistent = false}, "before it was sent"));
}

clock_offset_info offset(double low_ns, double high_ns) {
    return {{0, 1}, "begin", low_ns, high_ns, (high_ns - low_ns) / 2, low_ns <= 0 && high_ns >= 0};
}

clock_info clock_with(std::vector<clock_offset_info> offsets) {
    clock_info clock;
    clock.stamp_cost_ns = 20;
    clock.drift_ppm = 1;
    clock.offsets = std::move(offsets);
    return clock;
}

TEST(clock_flags, the_largest_uncertainty_is_published) {
    clock_info clock = clock_with({offset(-90, 100), offset(-200, 160)});
    conclude_clock(clock, 0);
    EXPECT_EQ(clock.uncertainty_ns, 180.0);
    EXPECT_FALSE(clock.degraded);
    clock_info alone = clock_with({});
    conclude_clock(alone, 0);
    EXPECT_FALSE(alone.uncertainty_ns);
}

TEST(clock_flags, an_offset_is_told_in_nanoseconds_with_its_sign) {
    const shared_clock clock{clock_parameters{}};
    const auto told = offset_info({-30, 80}, clock, {0, 1}, "end");
    EXPECT_EQ(told.low_ns, -80.0);
    EXPECT_EQ(told.high_ns, -30.0);
    EXPECT_EQ(told.uncertainty_ns, 25.0);
    EXPECT_FALSE(told.consistent);
}

repetition_record spawn_with(double p50_ns, double mean_ns, double block_ns) {
    repetition_record record;
    record.cell = "a";
    record.metrics = {{"p50_ns", p50_ns}, {"mean_ns", mean_ns}, {"block_mean_ns", block_ns}};
    if (block_ns <= 0) record.metrics["block_mean_ns"] = std::nullopt;
    return record;
}

using flag_list = std::vector<std::string>;

flag_list flags_of(std::vector<repetition_record> repetitions, bool degraded = false,
                   bool measured = true) {
    run_result result;
    result.header.clock.stamp_cost_ns = 20;
    result.header.clock.degraded = degraded;
    result.cells.resize(1);
    result.cells[0].name = "a";
    if (measured) result.cells[0].summary = {{"p50_ns", metric_summary{}}};
    result.repetitions = std::move(repetitions);
    add_clock_flags(result);
    return result.cells[0].flags;
}

TEST(clock_flags, a_block_that_agrees_within_a_tenth_acquits_the_timer) {
    EXPECT_TRUE(flags_of({spawn_with(220, 222, 200)}).empty());
    EXPECT_TRUE(flags_of({spawn_with(236, 238, 200)}).empty()) << "8 % more than the block";
    EXPECT_TRUE(flags_of({spawn_with(220, 900, 200)}).empty()) << "one long interruption";
    EXPECT_TRUE(flags_of({spawn_with(5000, 6000, 0)}).empty()) << "no block was needed";
}

TEST(clock_flags, a_block_that_does_not_agree_shows_the_timer) {
    const flag_list expected{"timer_dominated"};
    EXPECT_EQ(flags_of({spawn_with(60, 62, 20)}), expected);
    EXPECT_EQ(flags_of({spawn_with(200, 205, 300)}), expected);
}

TEST(clock_flags, blocks_are_compared_with_the_timed_phase_of_the_same_repetition) {
    // A machine that is slower in half of the repetitions, with the halves meeting in different
    // places.
    EXPECT_TRUE(flags_of({spawn_with(120, 125, 100), spawn_with(520, 530, 500),
                          spawn_with(121, 900, 101), spawn_with(521, 990, 0)})
                    .empty());
}

TEST(clock_flags, cells_of_a_degraded_clock_are_marked) {
    EXPECT_EQ(flags_of({spawn_with(5000, 6000, 0)}, true), flag_list{"clock_degraded"});
    EXPECT_TRUE(flags_of({}, true, false).empty()) << "it was skipped";
}

}  // namespace
}  // namespace ipcmark
