#include "harness/stats/quantile_interval.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

TEST(quantile_interval, the_median_has_the_published_ranks) {
    const std::vector<std::array<std::size_t, 3>> table{
        {6, 1, 6},   {8, 1, 8},   {10, 2, 9},   {12, 3, 10},  {15, 4, 12},
        {20, 6, 15}, {25, 8, 18}, {30, 10, 21}, {40, 14, 27}, {50, 18, 33}};
    for (const auto& [n, low, high] : table) {
        const auto ranks = quantile_rank_interval(n, 0.5);
        ASSERT_TRUE(ranks) << n;
        EXPECT_EQ(ranks->low_rank, low) << n;
        EXPECT_EQ(ranks->high_rank, high) << n;
    }
}

TEST(quantile_interval, a_tail_needs_as_many_values_as_published) {
    for (const auto& [q, least] : {std::pair{0.5, 6}, std::pair{0.99, 368}, std::pair{0.999, 3'688},
                                   std::pair{0.9999, 36'887}}) {
        const auto n = static_cast<std::size_t>(least);
        EXPECT_TRUE(quantile_rank_interval(n, q)) << q;
        EXPECT_FALSE(quantile_rank_interval(n - 1, q)) << q;
    }
    EXPECT_FALSE(quantile_rank_interval(0, 0.5));
}

/// P(Bin(n, q) = k) for every k, through logarithms, independent of the library.
std::vector<double> binomial(std::size_t n, double q) {
    const auto size = static_cast<double>(n);
    std::vector<double> shares;
    for (std::size_t i = 0; i <= n; ++i) {
        const auto k = static_cast<double>(i);
        shares.push_back(std::exp(std::lgamma(size + 1) - std::lgamma(k + 1) -
                                  std::lgamma(size - k + 1) + k * std::log(q) +
                                  (size - k) * std::log1p(-q)));
    }
    return shares;
}

TEST(quantile_interval, the_ranks_are_the_narrowest_that_both_conditions_allow) {
    for (const double q : {0.1, 0.5, 0.75, 0.9, 0.99})
        for (std::size_t n = 1; n < 600; n += 7) {
            const auto shares = binomial(n, q);
            std::size_t low = 0;
            double below = 0;
            while (low < n && below + shares[low] <= 0.025)
                below += shares[low++];
            std::size_t high = n + 1;
            double from = 0;
            while (high > 0 && from + shares[high - 1] <= 0.025)
                from += shares[--high];
            const auto ranks = quantile_rank_interval(n, q);
            ASSERT_EQ(ranks.has_value(), low >= 1 && high <= n) << n << " at " << q;
            if (!ranks) continue;
            EXPECT_EQ(ranks->low_rank, low) << n << " at " << q;
            EXPECT_EQ(ranks->high_rank, high) << n << " at " << q;
            EXPECT_NEAR(ranks->coverage, 1 - below - from, 1e-9) << n << " at " << q;
        }
}

// Intervals of ranks are conservative, so what is tested is the exact coverage that they promise.
TEST(quantile_interval, the_promised_coverage_is_kept_whatever_the_distribution) {
    constexpr int samples = 8'000;
    simulate::source random(2026);
    for (const auto& kind : simulate::latencies())
        for (const auto& [n, q] :
             {std::pair{std::size_t{20}, 0.5}, std::pair{std::size_t{100}, 0.5},
              std::pair{std::size_t{200}, 0.9}}) {
            const auto ranks = quantile_rank_interval(n, q);
            const double truth = kind.quantile(q);
            int held = 0;
            std::vector<double> values(n);
            for (int i = 0; i < samples; ++i) {
                std::generate(values.begin(), values.end(), [&] { return kind.draw(random); });
                std::sort(values.begin(), values.end());
                held +=
                    values[ranks->low_rank - 1] <= truth && truth <= values[ranks->high_rank - 1];
            }
            const double share = static_cast<double>(held) / samples;
            EXPECT_NEAR(share, ranks->coverage, 0.01) << kind.name << ", " << n << " at " << q;
            EXPECT_GE(share, 0.93) << kind.name << ", " << n << " at " << q;
            EXPECT_LE(share, 0.97) << kind.name << ", " << n << " at " << q;
        }
}

TEST(quantile_interval, values_that_depend_on_each_other_get_a_wider_one_that_covers) {
    constexpr int samples = 1'500;
    constexpr std::size_t n = 1'000;
    simulate::source random(7);
    int naive = 0;
    int dependent = 0;
    const auto ranks = quantile_rank_interval(n, 0.5);
    std::vector<double> values(n);
    for (int i = 0; i < samples; ++i) {
        simulate::ar1 series(random, 0.8);
        std::generate(values.begin(), values.end(), [&] { return series.next(); });
        const auto interval = dependent_quantile_interval(values, 0.5);
        dependent += interval->low <= 0 && 0 <= interval->high;
        std::sort(values.begin(), values.end());
        naive += values[ranks->low_rank - 1] <= 0 && 0 <= values[ranks->high_rank - 1];
    }
    EXPECT_LT(naive, 0.80 * samples);
    EXPECT_GE(dependent, 0.93 * samples);
    EXPECT_LE(dependent, 0.97 * samples);
}

TEST(quantile_interval, independent_values_get_about_the_plain_ranks) {
    simulate::source random(8);
    std::vector<double> values(1'000);
    std::generate(values.begin(), values.end(), [&] { return random.uniform(); });
    const auto interval = dependent_quantile_interval(values, 0.5);
    std::sort(values.begin(), values.end());
    const auto ranks = quantile_rank_interval(1'000, 0.5);
    EXPECT_NEAR(interval->low, values[ranks->low_rank - 1], 0.01);
    EXPECT_NEAR(interval->high, values[ranks->high_rank - 1], 0.01);
    EXPECT_FALSE(dependent_quantile_interval({1, 2, 3, 4, 5}, 0.5));
    EXPECT_FALSE(dependent_quantile_interval(values, 0.999));
    EXPECT_FALSE(dependent_quantile_interval({}, 0.5));
}

TEST(quantile_interval, a_quantile_is_the_value_at_its_rank) {
    const std::vector<double> values{10, 20, 30, 40};
    EXPECT_EQ(quantile_of_sorted(values, 0.25), 10);
    EXPECT_EQ(quantile_of_sorted(values, 0.26), 20);
    EXPECT_EQ(quantile_of_sorted(values, 0.999), 40);
}

}  // namespace
}  // namespace ipcmark
