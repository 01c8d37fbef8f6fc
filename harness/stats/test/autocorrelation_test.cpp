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

TEST(autocorrelation, the_effective_size_of_few_values_is_about_the_known_one) {
    for (const auto& [n, phi] : {std::pair{40u, 0.5}, std::pair{40u, 0.7}, std::pair{60u, 0.5}}) {
        simulate::source random(27);
        std::vector<double> sizes;
        for (int i = 0; i < 2'000; ++i) {
            simulate::ar1 series(random, phi);
            std::vector<double> values(n);
            std::generate(values.begin(), values.end(), [&] { return series.next(); });
            sizes.push_back(effective_size_of_few(values));
        }
        std::nth_element(sizes.begin(), sizes.begin() + 1'000, sizes.end());
        EXPECT_NEAR(sizes[1'000] / (n * (1 - phi) / (1 + phi)), 1, 0.15) << n << " at " << phi;
    }
    EXPECT_EQ(effective_size_of_few({}), 0);
    EXPECT_EQ(effective_size_of_few(std::vector<double>(20, 4.0)), 20);
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

TEST(autocorrelation, values_beyond_a_quantile_count_as_often_as_they_are_independent) {
    simulate::source random(29);
    int all = 0;
    for (int i = 0; i < 500; ++i) {
        std::vector<double> values(1'000);
        std::generate(values.begin(), values.end(), [&] { return random.normal(); });
        all += effective_count(values, 16'000, 0.99) == 16'000;
    }
    EXPECT_GE(all, 490) << "independent ones lose nothing";
    // Slow and quick stretches of 50 values: as many independent looks at p90 as stretches.
    std::vector<double> stretches;
    for (int i = 0; i < 2'000; ++i)
        stretches.push_back((i / 50 % 5 == 0 ? 200 : 100) + random.normal());
    EXPECT_LT(effective_count(stretches, 2'000, 0.9), 200);
    EXPECT_LE(effective_count(ar1_series(0.9, 2'000, 30), 32'000, 0.99), 1'000)
        << "of a sample that depends on itself the rest does more so";
    EXPECT_EQ(effective_count({1, 1, 1, 2, 2, 2}, 6, 0.5), 6);
    EXPECT_EQ(effective_count(std::vector<double>(100, 7.0), 100, 0.9), 100);
}

// What widens an interval: lag 1 above 0.3 over the repetitions in time order.
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

// The flag of a cell: false once in a hundred clean cells at most.
TEST(autocorrelation, independent_values_correlate_with_their_neighbours_in_one_of_a_hundred) {
    constexpr int samples = 20'000;
    for (const std::size_t n : {10u, 15u, 20u, 40u}) {
        simulate::source random(28);
        int normal = 0;
        int skewed = 0;
        int dependent = 0;
        std::vector<double> values(n);
        for (int i = 0; i < samples; ++i) {
            std::generate(values.begin(), values.end(), [&] { return random.normal(); });
            normal += neighbours_correlate(values);
            for (double& value : values)
                value = std::exp(value / 2);
            skewed += neighbours_correlate(values);
            simulate::ar1 series(random, 0.9);
            std::generate(values.begin(), values.end(), [&] { return series.next(); });
            dependent += neighbours_correlate(values);
        }
        EXPECT_LE(normal, samples / 100) << n;
        EXPECT_LE(skewed, samples / 100) << n;
        if (n >= 20) {
            EXPECT_GE(dependent, 0.8 * samples) << n;
        }
    }
    EXPECT_FALSE(neighbours_correlate({1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

}  // namespace
}  // namespace ipcmark
