#include "harness/stats/stationarity.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

/// Share of series of 2,048 latencies that are called nonstationary; `trend` is added over time.
template <class Draw>
double share_flagged(int samples, Draw draw, double trend = 0) {
    int flagged = 0;
    std::vector<double> values(2'048);
    for (int i = 0; i < samples; ++i) {
        for (std::size_t at = 0; at < values.size(); ++at)
            values[at] = draw() * (1 + trend * static_cast<double>(at) / 2'048);
        flagged += !judge_stationarity(values)->held;
    }
    return static_cast<double>(flagged) / samples;
}

TEST(stationarity, what_stays_where_it_was_is_not_flagged) {
    simulate::source random(41);
    EXPECT_LE(share_flagged(200, [&] { return 100 + 20 * random.normal(); }), 0.01);
    EXPECT_LE(share_flagged(200, [&] { return 100 * std::exp(0.8 * random.normal()); }), 0.02);
    EXPECT_LE(share_flagged(200, [&] { return 10 / std::sqrt(random.uniform()); }), 0.02);
    EXPECT_LE(share_flagged(200, [&] { return (random.coin() ? 50 : 5) + random.uniform(); }),
              0.05);
}

TEST(stationarity, dependence_between_neighbours_is_no_drift) {
    simulate::source random(42);
    simulate::ar1 series(random, 0.9);
    EXPECT_LE(share_flagged(200, [&] { return 100 * std::exp(0.3 * series.next()); }), 0.03);
}

TEST(stationarity, a_slope_of_a_fifth_and_a_step_are_flagged) {
    simulate::source random(43);
    EXPECT_GE(share_flagged(
                  100, [&] { return 100 + 10 * random.normal(); }, 0.2),
              0.99);
    std::vector<double> step;
    for (int i = 0; i < 1'000; ++i)
        step.push_back((i < 500 ? 100 : 110) + random.normal());
    const auto judged = judge_stationarity(step);
    EXPECT_FALSE(judged->held);
    EXPECT_NEAR(judged->first, 100, 0.5);
    EXPECT_NEAR(judged->last, 110, 0.5);
}

TEST(stationarity, a_change_below_five_percent_does_not_matter) {
    simulate::source random(44);
    EXPECT_LE(share_flagged(
                  100, [&] { return 100 + random.normal(); }, 0.04),
              0);
}

TEST(stationarity, the_standard_error_is_that_of_the_difference_of_two_medians) {
    simulate::source random(45);
    double sum = 0;
    constexpr int samples = 200;
    for (int i = 0; i < samples; ++i) {
        std::vector<double> values(4 * 400);
        for (double& value : values)
            value = random.normal();
        sum += judge_stationarity(values)->standard_error;
    }
    // 1.2533 / sqrt(400) each.
    EXPECT_NEAR(sum / samples, std::sqrt(2.0) * 1.2533 / 20, 0.012);
}

TEST(stationarity, a_short_series_gets_no_verdict) {
    EXPECT_FALSE(judge_stationarity(std::vector<double>(31, 1.0)));
    EXPECT_TRUE(judge_stationarity(std::vector<double>(32, 1.0))->held);
}

}  // namespace
}  // namespace ipcmark
