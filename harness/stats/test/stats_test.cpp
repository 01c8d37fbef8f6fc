#include <gtest/gtest.h>
#include <random>

#include "harness/stats/order.hpp"
#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

TEST(order_statistics, ranks_are_those_of_the_published_table) {
    const std::vector<std::array<std::size_t, 3>> table{
        {6, 1, 6},   {8, 1, 8},   {10, 2, 9},   {12, 3, 10},  {15, 4, 12},
        {20, 6, 15}, {25, 8, 18}, {30, 10, 21}, {40, 14, 27}, {50, 18, 33}};
    for (const auto& [n, low, high] : table) {
        const auto ranks = median_rank_interval(n);
        ASSERT_TRUE(ranks) << n;
        EXPECT_EQ(ranks->low_rank, low) << n;
        EXPECT_EQ(ranks->high_rank, high) << n;
        EXPECT_GE(ranks->coverage, 0.95) << n;
    }
}

TEST(order_statistics, fewer_than_six_repetitions_give_no_interval) {
    for (std::size_t n = 0; n < 6; ++n)
        EXPECT_FALSE(median_rank_interval(n)) << n;
    const auto s = summarise({5, 1, 3, 2, 4});
    ASSERT_TRUE(s);
    EXPECT_EQ(s->median, 3);
    EXPECT_FALSE(s->low);
    EXPECT_FALSE(summarise({}));
}

TEST(order_statistics, the_coverage_is_exact_for_twenty) {
    EXPECT_NEAR(median_rank_interval(20)->coverage, 0.9586, 0.0001);  // 1 - 2 P(Bin(20, 1/2) <= 5)
    EXPECT_NEAR(median_rank_interval(1000)->coverage, 0.95, 0.01);    // no overflow
}

/// Share of simulated samples whose interval holds the true median.
template <class Draw>
double coverage(std::size_t n, double truth, Draw draw) {
    constexpr int samples = 20'000;
    int held = 0;
    for (int i = 0; i < samples; ++i) {
        std::vector<double> values(n);
        for (double& value : values)
            value = draw();
        const auto s = summarise(values);
        held += *s->low <= truth && truth <= *s->high;
    }
    return static_cast<double>(held) / samples;
}

TEST(order_statistics, the_interval_keeps_its_promise_whatever_the_distribution) {
    std::mt19937_64 random(2026);
    std::normal_distribution<double> normal(10, 2);
    std::lognormal_distribution<double> lognormal(0, 1.5);
    std::cauchy_distribution<double> heavy(3, 1);
    const auto bimodal =
        [&] {  // 70 % near 5, 30 % near 50: the median is where 5/7 of the first lies
            return random() % 10 < 7 ? std::uniform_real_distribution<double>(4, 6)(random)
                                     : std::uniform_real_distribution<double>(49, 51)(random);
        };
    const double bimodal_median = 4 + 2 * 5.0 / 7;
    for (const std::size_t n : {std::size_t{6}, std::size_t{20}, std::size_t{40}}) {
        const double promised = median_rank_interval(n)->coverage;
        EXPECT_NEAR(coverage(n, 10, [&] { return normal(random); }), promised, 0.006) << n;
        EXPECT_NEAR(coverage(n, 1, [&] { return lognormal(random); }), promised, 0.006) << n;
        EXPECT_NEAR(coverage(n, 3, [&] { return heavy(random); }), promised, 0.006) << n;
        EXPECT_NEAR(coverage(n, bimodal_median, bimodal), promised, 0.006) << n;
    }
}

/// The same of an AR(1) around 0, whose plain ranks would hold it in about 82 of 100 at 0.5.
double coverage_of_ar1(std::size_t n, double phi) {
    constexpr int samples = 4'000;
    simulate::source random(2027);
    int held = 0;
    std::vector<double> values(n);
    for (int i = 0; i < samples; ++i) {
        simulate::ar1 series(random, phi);
        for (double& value : values)
            value = series.next();
        const auto s = summarise(values);
        held += *s->low <= 0 && 0 <= *s->high;
    }
    return static_cast<double>(held) / samples;
}

TEST(order_statistics, the_interval_is_wider_where_repetitions_depend_on_those_before) {
    for (const std::size_t n : {std::size_t{20}, std::size_t{40}, std::size_t{60}}) {
        EXPECT_GE(coverage_of_ar1(n, 0.5), 0.90) << n;
        EXPECT_GE(coverage_of_ar1(n, 0.3), 0.90) << n;
        EXPECT_LE(coverage_of_ar1(n, 0), 0.98) << n;
    }
    EXPECT_GE(coverage_of_ar1(40, 0.85), 0.90);
}

TEST(order_statistics, the_summary_tells_what_the_values_are_worth_in_their_order) {
    std::vector<double> rising;
    std::vector<double> shuffled;
    for (int i = 0; i < 20; ++i) {
        rising.push_back(100 + i);
        shuffled.push_back(100 + 7 * i % 20);
    }
    const auto mixed = summarise(shuffled);
    EXPECT_EQ(mixed->n_eff, 20);
    EXPECT_EQ(mixed->low, 105);
    EXPECT_EQ(mixed->high, 114);
    const auto ramp = summarise(rising);
    EXPECT_LT(ramp->n_eff, 2);
    EXPECT_EQ(ramp->median, mixed->median);
    EXPECT_EQ(ramp->low, 100);
    EXPECT_EQ(ramp->high, 119);
    EXPECT_LT(*ramp->coverage, 0.5) << "two values cover the median every other time";
    EXPECT_EQ(summarise({1, 2, 3, 4, 5, 6, 7, 8, 9})->n_eff, 9) << "too few to tell";
}

TEST(order_statistics, medians_of_even_counts_lie_between) {
    EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
    EXPECT_EQ(median({7}), 7);
}

}  // namespace
}  // namespace ipcmark
