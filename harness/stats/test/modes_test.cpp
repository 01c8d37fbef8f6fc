#include "harness/stats/modes.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include "harness/stats/histogram.hpp"
#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

/// The m-value of n latencies in nanoseconds.
template <class Draw>
std::optional<double> m_of(int n, Draw draw) {
    histogram latencies;
    for (int i = 0; i < n; ++i)
        latencies.record(std::llround(draw()));
    return m_value(latencies.buckets());
}

TEST(modes, one_mode_is_two_and_two_equal_ones_are_four) {
    simulate::source random(31);
    EXPECT_NEAR(*m_of(100'000, [&] { return 10'000 + 800 * random.normal(); }), 2, 0.1);
    const auto two = [&] {
        return (random.coin() ? 10'000 : 20'000) * std::exp(0.08 * random.normal());
    };
    EXPECT_NEAR(*m_of(100'000, two), 4, 0.2);
}

TEST(modes, a_long_tail_is_no_second_mode) {
    simulate::source random(32);
    EXPECT_LT(*m_of(50'000, [&] { return 5'000 * std::exp(0.8 * random.normal()); }), 2.2);
    EXPECT_LT(*m_of(50'000, [&] { return 5'000 / std::sqrt(random.uniform()); }), 2.2);
}

TEST(modes, the_bound_lies_at_a_second_mode_two_fifths_as_high) {
    simulate::source random(33);
    const auto mixture = [&](double share) {
        return *m_of(100'000, [&] {
            return (random.coin(share) ? 20'000 : 10'000) * std::exp(0.05 * random.normal());
        });
    };
    EXPECT_LT(mixture(0.20), m_value_bound);
    EXPECT_GT(mixture(0.35), m_value_bound);
}

TEST(modes, noise_of_small_samples_is_no_mode) {
    simulate::source random(34);
    int flagged = 0;
    constexpr int samples = 1'000;
    for (int i = 0; i < samples; ++i)
        flagged += m_of(400, [&] { return 9'000 * std::exp(0.2 * random.normal()); }).value_or(0) >
                   m_value_bound;
    EXPECT_LE(flagged, samples / 100);
    int found = 0;
    for (int i = 0; i < 200; ++i)
        found += *m_of(400, [&] {
            return (random.coin() ? 20'000 : 9'000) * std::exp(0.1 * random.normal());
        }) > m_value_bound;
    EXPECT_GE(found, 190);
}

TEST(modes, too_few_samples_or_buckets_give_no_verdict) {
    simulate::source random(35);
    EXPECT_FALSE(m_of(100, [&] { return 9'000 + 900 * random.normal(); }));
    EXPECT_FALSE(m_of(10'000, [&] { return 200 + random.normal(); }));
}

TEST(modes, the_ticks_of_a_coarse_clock_are_no_modes) {
    simulate::source random(37);
    for (const double tick_ns : {3.0, 10.0, 20.0, 37.0}) {
        const auto one = m_of(
            50'000, [&] { return tick_ns * std::round((540 + 90 * random.normal()) / tick_ns); });
        EXPECT_LT(one.value_or(2), 2.3) << tick_ns;
        const auto two = m_of(50'000, [&] {
            return tick_ns *
                   std::round(((random.coin() ? 540 : 1'100) + 50 * random.normal()) / tick_ns);
        });
        EXPECT_GT(two.value_or(4), m_value_bound) << tick_ns;
    }
}

TEST(modes, a_gap_splits_repetitions_in_two_groups) {
    const std::vector<double> two{10, 11, 10, 10, 20, 21, 20, 11, 10, 21, 10, 20, 11, 21, 10};
    EXPECT_TRUE(split_by_gap(two));
    EXPECT_FALSE(split_by_gap({two.begin(), two.end() - 1}));  // too few to tell
    std::vector<double> one_aside(15, 10);
    one_aside.back() = 21;
    EXPECT_FALSE(split_by_gap(one_aside));  // one is no group
    std::vector<double> near;
    std::vector<double> even;
    for (int i = 0; i < 16; ++i) {
        near.push_back(100 + i % 2);  // 1 % apart
        even.push_back(1 + i);
    }
    EXPECT_FALSE(split_by_gap(near));
    EXPECT_FALSE(split_by_gap(even));
}

TEST(modes, chance_gaps_of_one_mode_are_rare_and_two_modes_are_found) {
    constexpr int samples = 3'000;
    for (const std::size_t n : {10u, 15u, 20u, 40u}) {
        simulate::source random(36);
        int chance = 0;
        int found = 0;
        std::vector<double> values(n);
        for (int i = 0; i < samples; ++i) {
            for (double& value : values)
                value = 100 + 8 * random.normal();
            chance += split_by_gap(values);
            for (double& value : values)
                value = (random.coin() ? 100 : 160) + 5 * random.normal();
            found += split_by_gap(values);
        }
        EXPECT_LE(chance, 0.01 * samples) << n;
        if (n >= 15) {
            EXPECT_GE(found, 0.9 * samples) << n;
        }
    }
}

}  // namespace
}  // namespace ipcmark
