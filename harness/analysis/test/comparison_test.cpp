#include "harness/analysis/comparison.hpp"

#include <gtest/gtest.h>

#include "harness/analysis/test/made_result.hpp"

namespace ipcmark {
namespace {

using test::made_result;

run_result before() {
    made_result made;
    made.add("ring", {100, 101, 102, 103, 104, 105});
    made.add("pipe", {200, 203, 206, 209, 212, 215});
    made.add("udp", {300, 301, 302, 303, 304, 305});
    made.add("null", {10, 10, 10, 10, 10, 10});
    return made.result;
}

run_result after(double ring, double pipe) {
    made_result made;
    made.add("pipe", {200 * pipe, 203 * pipe, 206 * pipe, 209 * pipe, 212 * pipe, 215 * pipe});
    made.add("ring", {100 * ring, 101 * ring, 102 * ring, 103 * ring, 104 * ring, 105 * ring});
    made.add("udp", {900, 901, 902, 903, 904, 905});
    made.set("udp", "lost_share", 0.1);
    made.add("new", {1, 1, 1, 1, 1, 1});
    made.add("null", {99, 99, 99, 99, 99, 99});
    return made.result;
}

TEST(comparison, says_what_is_proven_and_no_more) {
    const auto all = compare_results(before(), after(1.0, 1.5));
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].by->key, "p50_ns");
    ASSERT_EQ(all[0].cells.size(), 2u) << "lossy ones, new ones and the instrument are left out";
    EXPECT_EQ(all[0].cells[0].verdict, change::regressed);
    EXPECT_NEAR(all[0].cells[0].ratio, 1.5, 1e-9);
    EXPECT_LT(*all[0].cells[0].low, 1.5);
    EXPECT_GT(*all[0].cells[0].high, 1.5);
    EXPECT_EQ(all[0].cells[1].verdict, change::equivalent);
    EXPECT_EQ(all[0].count(change::regressed), 1u);
    EXPECT_EQ(compare_results(before(), after(0.5, 1.0))[0].cells[0].verdict, change::improved);
}

TEST(comparison, of_rates_has_ratios_of_the_rates) {
    made_result slow("messages_per_second");
    slow.add("ring", {100, 101, 102, 103, 104, 105});
    made_result fast("messages_per_second");
    fast.add("ring", {200, 202, 204, 206, 208, 210});
    const auto all = compare_results(slow.result, fast.result);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].cells[0].verdict, change::improved);
    EXPECT_NEAR(all[0].cells[0].ratio, 2, 1e-9);
    EXPECT_GT(*all[0].cells[0].low, 1.8);
    EXPECT_LT(*all[0].cells[0].high, 2.2);
}

TEST(comparison, too_few_repetitions_prove_nothing) {
    made_result a;
    a.add("ring", {100, 101, 102});
    made_result b;
    b.add("ring", {900, 901, 902});
    const auto all = compare_results(a.result, b.result);
    EXPECT_EQ(all[0].cells[0].verdict, change::inconclusive);
    EXPECT_FALSE(all[0].cells[0].low);
}

TEST(comparison, names_the_facts_that_differ) {
    run_result a = before();
    run_result b = before();
    EXPECT_TRUE(environment_differences(a, b).empty());
    a.header.environment.identity = {{"kernel_release", "6.12"}, {"gone", 1}};
    b.header.environment.identity = {{"kernel_release", "6.18"}, {"new", 2}};
    b.header.build.version = "0.2";
    const auto found = environment_differences(a, b);
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found[0].fact, "kernel_release");
    EXPECT_EQ(found[0].before, "6.12");
    EXPECT_EQ(found[1].before, "not recorded");
    EXPECT_EQ(found[2].fact, "version");
}

}  // namespace
}  // namespace ipcmark
