#include "harness/stats/rank_sum.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "harness/stats/decision.hpp"
#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

std::vector<double> normals(simulate::source& random, std::size_t n, double mean = 0) {
    std::vector<double> values(n);
    for (double& x : values)
        x = random.normal() + mean;
    return values;
}

/// The p-value by listing every way to choose the first sample.
double enumerated_p(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> both = a;
    both.insert(both.end(), b.begin(), b.end());
    const auto rank_of = [&](double value) {
        double below = 0;
        double same = 0;
        for (const double each : both) {
            below += each < value ? 1 : 0;
            same += each == value ? 1 : 0;
        }
        return below + (same + 1) / 2;
    };
    double seen = 0;
    for (const double value : a)
        seen += rank_of(value);
    std::vector<int> chosen(both.size());
    std::fill(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(a.size()), 1);
    std::sort(chosen.begin(), chosen.end());
    double all = 0;
    double low = 0;
    double high = 0;
    do {
        double sum = 0;
        for (std::size_t i = 0; i < both.size(); ++i)
            if (chosen[i] == 1) sum += rank_of(both[i]);
        all += 1;
        low += sum <= seen + 1e-9 ? 1 : 0;
        high += sum >= seen - 1e-9 ? 1 : 0;
    } while (std::next_permutation(chosen.begin(), chosen.end()));
    return std::min(1.0, 2 * std::min(low, high) / all);
}

TEST(rank_sum, is_what_counting_every_choice_gives) {
    const std::vector<std::pair<std::vector<double>, std::vector<double>>> cases{
        {{1, 2, 3}, {4, 5, 6}},
        {{1, 5, 3}, {4, 2, 6, 7}},
        {{1, 1, 2}, {2, 2, 3, 3}},
        {{7, 7}, {7, 7, 7}},
        {{1, 1, 2}, {3, 3, 3, 4}},
        {{5, 5, 6, 6}, {2, 2, 3}},
        {{1, 2, 3, 4, 5, 6}, {7, 8, 9, 10, 11, 12}},
    };
    for (const auto& [a, b] : cases) {
        const auto found = rank_sum_test(a, b);
        EXPECT_TRUE(found.exact);
        EXPECT_NEAR(found.p, enumerated_p(a, b), 1e-12);
        EXPECT_NEAR(rank_sum_test(b, a).p, found.p, 1e-12);
    }
    EXPECT_EQ(rank_sum_test({}, {1, 2}).p, 1);
}

TEST(rank_sum, the_normal_approximation_rejects_as_often_as_it_should) {
    simulate::source random(11);
    int rejected = 0;
    constexpr int runs = 4'000;
    for (int run = 0; run < runs; ++run) {
        const auto a = normals(random, 25);
        const auto found = rank_sum_test(a, normals(random, 30));
        ASSERT_FALSE(found.exact);
        rejected += found.p < 0.05;
    }
    EXPECT_GE(rejected, runs * 0.04);
    EXPECT_LE(rejected, runs * 0.06);
}

TEST(shift_between, is_the_median_difference_with_the_interval_that_the_test_allows) {
    const std::vector<double> a{1, 2, 3, 4, 5, 6};
    const std::vector<double> b{11, 12.1, 13.2, 14.3, 15.4, 16.5};
    const auto found = estimate_shift_between(a, b);
    EXPECT_NEAR(found.estimate, 10.25, 0.06);
    ASSERT_TRUE(found.low && found.high);
    std::vector<double> moved = b;
    for (double& x : moved)
        x -= *found.low - 0.01;
    EXPECT_LT(rank_sum_test(a, moved).p, 0.05) << "just outside of the interval";
    moved = b;
    for (double& x : moved)
        x -= *found.low + 0.01;
    EXPECT_GE(rank_sum_test(a, moved).p, 0.05) << "just inside";
    EXPECT_FALSE(estimate_shift_between({1, 2, 3}, {4, 5, 6}).low) << "3 and 3 prove nothing";
    EXPECT_TRUE(estimate_shift_between({1, 2, 3, 4}, {5, 6, 7, 8}).low);
}

TEST(shift_between, covers_the_truth_as_often_as_it_says) {
    simulate::source random(5);
    int covered = 0;
    constexpr int runs = 4'000;
    for (int run = 0; run < runs; ++run) {
        const auto a = normals(random, 6);
        const auto found = estimate_shift_between(a, normals(random, 6, 0.7));
        covered += *found.low <= 0.7 && 0.7 <= *found.high;
    }
    EXPECT_GE(covered, runs * 0.94);
}

TEST(decision, unpaired_samples_rarely_prove_a_difference_that_is_not_there) {
    simulate::source random(7);
    int false_alarms = 0;
    constexpr int runs = 400;
    for (int run = 0; run < runs; ++run) {
        std::vector<unpaired_series> family(10);
        for (auto& series : family) {
            for (int i = 0; i < 6; ++i) {
                series.a.push_back(0.1 * random.normal());
                series.b.push_back(0.1 * random.normal());
            }
        }
        const auto seen = decide(family);
        false_alarms += std::any_of(seen.begin(), seen.end(), [](const change_estimate& each) {
            return each.verdict == change::regressed || each.verdict == change::improved;
        });
    }
    EXPECT_LE(false_alarms, runs * 0.05);
}

TEST(decision, six_repetitions_tell_a_clear_difference_in_a_family_of_twenty) {
    std::vector<unpaired_series> family(
        20, {{0, .01, .02, .03, .04, .05}, {.005, .015, .025, .035, .045, .055}, 0.05});
    for (double& x : family[3].b)
        x += 1;
    for (double& x : family[4].b)
        x -= 1;
    const auto seen = decide(family);
    EXPECT_EQ(seen[3].verdict, change::regressed);
    EXPECT_EQ(seen[4].verdict, change::improved);
    EXPECT_NEAR(seen[3].ratio, std::exp(1.005), 0.02);
    EXPECT_EQ(seen[0].verdict, change::equivalent);
}

}  // namespace
}  // namespace ipcmark
