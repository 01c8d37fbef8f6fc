#include "harness/stats/autocorrelation.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

std::vector<double> ar1_series(double phi, std::size_t n, std::uint64_t seed) {
    simulate::source random(seed);
    simulate::ar1 series(random, phi);
    std::vector<double> values(n);
    std::generate(values.begin(), values.end(), [&] { return series.next(); });
    return values;
}

TEST(autocorrelation, a_short_series_gives_the_value_worked_by_hand) {
    // Mean 3; products of neighbours -2*-1 + -1*0 + 0*1 + 1*2 = 4; squares 10.
    EXPECT_NEAR(autocorrelation({1, 2, 3, 4, 5}), 0.4, 1e-12);
    EXPECT_NEAR(autocorrelation({1, -1, 1, -1, 1, -1}), -5.0 / 6, 1e-12);
    EXPECT_EQ(autocorrelation({7, 7, 7, 7}), 0);
    EXPECT_EQ(autocorrelation({1, 2}), 0);
}

TEST(autocorrelation, of_an_ar1_is_its_parameter) {
    for (const double phi : {0.0, 0.3, 0.5, 0.8, 0.95})
        EXPECT_NEAR(autocorrelation(ar1_series(phi, 40'000, 21)), phi, 0.02) << phi;
    EXPECT_NEAR(autocorrelation(ar1_series(0.8, 40'000, 22), 3), 0.512, 0.03);
}

TEST(autocorrelation, the_effective_size_of_an_ar1_is_the_known_one) {
    for (const double phi : {0.3, 0.5, 0.8, 0.9}) {
        constexpr std::size_t n = 20'000;
        const double expected = n * (1 - phi) / (1 + phi);
        EXPECT_NEAR(effective_size(ar1_series(phi, n, 23)) / expected, 1, 0.15) << phi;
    }
    EXPECT_GT(effective_size(ar1_series(0, 20'000, 24)), 0.9 * 20'000);
}

TEST(autocorrelation, a_stall_does_not_hide_the_dependence_of_the_rest) {
    auto values = ar1_series(0.8, 2'000, 25);
    const double without = effective_size(values);
    values[1'000] = 1e6;
    EXPECT_GT(effective_size(std::vector<double>(values.begin(), values.begin() + 3)), 0);
    EXPECT_NEAR(effective_size(values) / without, 1, 0.1);
}

TEST(autocorrelation, the_effective_size_stays_within_its_bounds) {
    EXPECT_EQ(effective_size({}), 0);
    EXPECT_EQ(effective_size({4}), 1);
    EXPECT_EQ(effective_size({4, 4, 4, 4}), 4);
    std::vector<double> ramp(1'000);
    for (std::size_t i = 0; i < ramp.size(); ++i)
        ramp[i] = static_cast<double>(i);
    EXPECT_GE(effective_size(ramp), 1);
    EXPECT_LT(effective_size(ramp), 10);
}

// The flag of a cell: lag 1 above 0.3 over its repetitions in time order.
TEST(autocorrelation, twenty_independent_repetitions_rarely_look_dependent_and_ar1_mostly_does) {
    constexpr int samples = 4'000;
    const auto share_flagged = [](double phi) {
        simulate::source random(26);
        int flagged = 0;
        std::vector<double> values(20);
        for (int i = 0; i < samples; ++i) {
            simulate::ar1 series(random, phi);
            std::generate(values.begin(), values.end(), [&] { return series.next(); });
            flagged += autocorrelation(values) > 0.3;
        }
        return static_cast<double>(flagged) / samples;
    };
    EXPECT_LE(share_flagged(0), 0.06);
    EXPECT_GE(share_flagged(0.9), 0.85);
}

}  // namespace
}  // namespace ipcmark
