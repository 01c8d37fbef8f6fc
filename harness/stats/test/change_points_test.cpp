#include "harness/stats/change_points.hpp"

#include <cmath>
#include <functional>
#include <gtest/gtest.h>

#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

using series_maker = std::vector<double> (*)(simulate::source&, std::size_t);

template <int correlation_percent>
std::vector<double> autoregressive_series(simulate::source& random, std::size_t n) {
    simulate::ar1 noise(random, correlation_percent / 100.0);
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i)
        values.push_back(0.02 * noise.next());
    return values;
}

std::vector<double> spiked_series(simulate::source& random, std::size_t n) {
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i)
        values.push_back(0.02 * random.normal() + (random.coin(0.03) ? std::log(1.3) : 0));
    return values;
}

std::vector<double> bimodal_series(simulate::source& random, std::size_t n) {
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i)
        values.push_back(0.01 * random.normal() + (random.coin(0.2) ? 0.08 : 0));
    return values;
}

struct noise_case {
    const char* name;
    series_maker make;
    double most_false;   // share of series of noise in which a change is found
    double least_found;  // share of +5 % from run 45 of 60 on
};

class of_noise : public testing::TestWithParam<noise_case> {};

constexpr int series_count = 400;

TEST_P(of_noise, changes_are_rare_where_there_are_none) {
    for (const std::size_t n : {30U, 60U, 120U}) {
        int alarms = 0;
        for (std::uint64_t i = 0; i < series_count; ++i) {
            simulate::source random(i + 1);
            if (!find_change_points(GetParam().make(random, n), i).points.empty()) ++alarms;
        }
        EXPECT_LE(alarms, GetParam().most_false * series_count) << n;
    }
}

TEST_P(of_noise, five_percent_are_found) {
    constexpr std::size_t n = 60;
    constexpr std::size_t at = 45;
    int found = 0;
    constexpr int count = series_count / 2;
    for (std::uint64_t i = 0; i < count; ++i) {
        simulate::source random(i + 1);
        auto values = GetParam().make(random, n);
        for (std::size_t k = at; k < n; ++k)
            values[k] += std::log(1.05);
        for (const change_point& each : find_change_points(values, i).points)
            if (each.at + 3 >= at && each.at <= at + 3) {
                ++found;
                break;
            }
    }
    EXPECT_GE(found, GetParam().least_found * count);
}

INSTANTIATE_TEST_SUITE_P(
    change_points, of_noise,
    testing::Values(noise_case{"normal", &autoregressive_series<0>, 0.015, 0.9},
                    noise_case{"spikes", &spiked_series, 0.015, 0.8},
                    noise_case{"bimodal", &bimodal_series, 0.015, 0.7},
                    noise_case{"correlated_30", &autoregressive_series<30>, 0.03, 0.7},
                    noise_case{"correlated_50", &autoregressive_series<50>, 0.03, 0.45}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(change_points, of_a_tenth_are_found_within_eight_values) {
    constexpr std::size_t n = 60;
    int found = 0;
    for (std::uint64_t i = 0; i < 100; ++i) {
        simulate::source random(i + 1);
        auto values = autoregressive_series<0>(random, n);
        for (std::size_t k = n - 8; k < n; ++k)
            values[k] += std::log(1.1);
        found += find_change_points(values, i).points.empty() ? 0 : 1;
    }
    EXPECT_GE(found, 90);
}

TEST(change_points, that_are_plain_are_found_after_five_values) {
    for (const std::size_t n : {30U, 60U, 500U}) {
        simulate::source random(n);
        auto values = autoregressive_series<0>(random, n);
        for (std::size_t k = n - 5; k < n; ++k)
            values[k] += std::log(1.3);
        const auto found = find_change_points(values, 1);
        ASSERT_EQ(found.points.size(), 1U) << n;
        EXPECT_EQ(found.points[0].at, n - 5);
        EXPECT_LE(found.points[0].p, 1e-3);
    }
}

TEST(change_points, that_came_back_are_found) {
    int found = 0;
    for (std::uint64_t i = 0; i < 50; ++i) {
        simulate::source random(i + 1);
        auto values = autoregressive_series<0>(random, 120);
        for (std::size_t k = 40; k < 80; ++k)
            values[k] += std::log(1.05);
        found += find_change_points(values, i).points.size() == 2 ? 1 : 0;
    }
    EXPECT_GE(found, 45);
}

TEST(change_points, of_a_long_series_are_found_at_its_end) {
    simulate::source random(7);
    auto values = autoregressive_series<0>(random, 3'000);
    for (std::size_t i = 2'985; i < values.size(); ++i)
        values[i] += 0.05;
    const auto found = find_change_points(values, 1);
    ASSERT_EQ(found.points.size(), 1U);
    EXPECT_NEAR(static_cast<double>(found.points[0].at), 2'985, 2);
}

TEST(change_points, are_found_one_within_the_other) {
    simulate::source random(3);
    auto values = autoregressive_series<0>(random, 200);
    for (std::size_t i = 60; i < 120; ++i)
        values[i] += 0.2;
    for (std::size_t i = 120; i < 200; ++i)
        values[i] += 0.1;
    const auto found = find_change_points(values, 1);
    ASSERT_EQ(found.points.size(), 2U);
    EXPECT_EQ(found.points[0].at, 60U);
    EXPECT_EQ(found.points[1].at, 120U);
    EXPECT_GE(found.tests, 2U);
}

TEST(change_points, beyond_every_permutation_have_a_p_of_their_own) {
    simulate::source random(3);
    auto values = autoregressive_series<0>(random, 200);
    for (std::size_t i = 100; i < 200; ++i)
        values[i] += 0.2;
    const auto found = find_change_points(values, 1);
    ASSERT_EQ(found.points.size(), 1U);
    EXPECT_LT(found.points[0].p, 1e-6);
}

TEST(change_points, need_five_values_on_either_side) {
    std::vector<double> values(9, 1.0);
    for (std::size_t i = 5; i < 9; ++i)
        values[i] = 2;
    EXPECT_EQ(find_change_points(values, 1).tests, 0U);
    EXPECT_EQ(find_change_points({}, 1).tests, 0U);
    EXPECT_TRUE(find_change_points(std::vector<double>(50, 3.0), 1).points.empty());
}

TEST(change_points, are_the_same_for_the_same_seed) {
    simulate::source random(9);
    auto values = autoregressive_series<50>(random, 100);
    for (std::size_t i = 60; i < 100; ++i)
        values[i] += 0.04;
    const auto once = find_change_points(values, 5);
    const auto again = find_change_points(values, 5);
    ASSERT_EQ(once.points.size(), again.points.size());
    for (std::size_t i = 0; i < once.points.size(); ++i)
        EXPECT_EQ(once.points[i].p, again.points[i].p);
}

}  // namespace
}  // namespace ipcmark
