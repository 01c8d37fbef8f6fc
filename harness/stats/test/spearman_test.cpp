#include "harness/stats/spearman.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

TEST(spearman, rho_is_one_for_a_series_that_only_rises) {
    const auto up = drift_over_time({1, 2, 30, 400, 5000, 5001, 5002, 5003});
    EXPECT_NEAR(up.rho, 1, 1e-12);
    EXPECT_TRUE(up.exact);
    EXPECT_NEAR(up.p, 2.0 / 40'320, 1e-12);  // of 8! orders two are as extreme
    EXPECT_NEAR(drift_over_time({3, 2, 1}).rho, -1, 1e-12);
    EXPECT_NEAR(drift_over_time({3, 2, 1}).p, 2.0 / 6, 1e-12);
}

TEST(spearman, a_known_order_gives_the_known_rho) {
    // 1 - 6 sum d^2 / (n^3 - n) with d = 1, 1, 1, 1, 0: 1 - 24 / 120.
    EXPECT_NEAR(drift_over_time({20, 10, 40, 30, 50}).rho, 0.8, 1e-12);
    // Critical value of the published tables: n = 7, |rho| >= 0.786 at two-sided 5 %.
    const auto at_seven = drift_over_time({2, 1, 3, 6, 4, 7, 5});
    EXPECT_NEAR(at_seven.rho, 1 - 6.0 * 12 / 336, 1e-12);
    EXPECT_LT(at_seven.p, 0.05);
}

TEST(spearman, equal_values_are_no_drift) {
    EXPECT_EQ(drift_over_time({5, 5, 5, 5, 5}).p, 1);
    EXPECT_EQ(drift_over_time({1, 2}).p, 1);
    const auto tied = drift_over_time({1, 1, 2, 2, 3, 3, 4, 4, 5, 5});
    EXPECT_GT(tied.rho, 0.97);
    EXPECT_LT(tied.rho, 1);
}

double share_called_drift(std::size_t n, double level, double per_step, int samples) {
    simulate::source random(9);
    int called = 0;
    std::vector<double> values(n);
    for (int i = 0; i < samples; ++i) {
        double trend = 0;
        for (double& value : values) {
            value = std::exp(random.normal()) + trend;
            trend += per_step;
        }
        called += drift_over_time(values).p < level;
    }
    return static_cast<double>(called) / samples;
}

TEST(spearman, false_alarms_are_as_many_as_the_level_says_and_a_drift_is_found) {
    EXPECT_NEAR(share_called_drift(20, 0.05, 0, 10'000), 0.05, 0.01);
    EXPECT_NEAR(share_called_drift(20, 0.001, 0, 30'000), 0.001, 0.0008);
    EXPECT_LE(share_called_drift(7, 0.05, 0, 400), 0.08);
    EXPECT_GE(share_called_drift(20, 0.001, 0.4, 1'000), 0.9);
}

}  // namespace
}  // namespace ipcmark
