#include "harness/run/rerun_rule.hpp"

#include <gtest/gtest.h>

namespace ipcmark {
namespace {

/// Tries made of one slot when every one is disturbed.
std::uint64_t tries(rerun_rule& rule, const std::string& cell) {
    std::uint64_t made = 0;
    while (rule.again(cell, made, true))
        ++made;
    return made + 1;
}

TEST(rerun_rule, a_disturbed_repetition_is_run_again_at_most_so_often) {
    rerun_rule rule(2);
    EXPECT_EQ(tries(rule, "a"), 3u);
    EXPECT_EQ(rule.reruns(), 2u);
    rerun_rule never(0);
    EXPECT_EQ(tries(never, "a"), 1u);
    EXPECT_FALSE(never.gave_up_now());
}

TEST(rerun_rule, a_clean_one_is_not) {
    rerun_rule rule(2);
    EXPECT_FALSE(rule.again("a", 0, false));
    EXPECT_TRUE(rule.again("a", 0, true));
    EXPECT_FALSE(rule.again("a", 1, false));
}

TEST(rerun_rule, a_cell_that_stays_disturbed_is_let_be_and_others_are_not) {
    rerun_rule rule(2);
    const auto clean_ones = [&] {
        for (int i = 0; i < 4; ++i)
            rule.again("clean", 0, false);
    };
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(tries(rule, "noisy"), 3u) << round;
        clean_ones();
    }
    EXPECT_EQ(tries(rule, "noisy"), 1u);
    EXPECT_EQ(tries(rule, "other"), 3u);
    clean_ones();
    rule.again("noisy", 0, false);
    EXPECT_EQ(tries(rule, "noisy"), 3u) << "it recovered";
    EXPECT_FALSE(rule.gave_up_now());
}

TEST(rerun_rule, on_a_host_that_is_always_noisy_it_is_left_off_and_said_once) {
    rerun_rule rule(1);
    std::uint64_t made = 0;
    for (int slot = 0; slot < 200; ++slot) {
        made += tries(rule, "cell" + std::to_string(slot));
        EXPECT_EQ(rule.gave_up_now(), slot == 9) << slot;
    }
    EXPECT_EQ(rule.reruns(), 9u);
    EXPECT_EQ(made, 209u);
}

TEST(rerun_rule, when_the_host_calms_down_it_is_taken_up_again) {
    rerun_rule rule(1);
    for (int slot = 0; slot < 20; ++slot)
        tries(rule, "cell" + std::to_string(slot));
    for (int slot = 0; slot < 4; ++slot)
        rule.again("calm", 0, false);
    EXPECT_EQ(tries(rule, "new"), 2u);
}

}  // namespace
}  // namespace ipcmark
