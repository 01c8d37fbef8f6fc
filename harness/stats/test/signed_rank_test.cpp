#include "harness/stats/signed_rank.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "harness/stats/ranks.hpp"
#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

/// Two-sided p by going through every pattern of signs of the given sizes.
double enumerated_p(const std::vector<double>& differences) {
    std::vector<double> sizes;
    for (const double d : differences)
        sizes.push_back(std::abs(d));
    const auto all = midranks(sizes).ranks;
    std::vector<double> ranks;
    double seen = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
        if (differences[i] == 0) continue;
        ranks.push_back(all[i]);
        if (differences[i] > 0) seen += all[i];
    }
    std::size_t at_most = 0;
    std::size_t at_least = 0;
    const std::size_t patterns = std::size_t{1} << ranks.size();
    for (std::size_t signs = 0; signs < patterns; ++signs) {
        double sum = 0;
        for (std::size_t i = 0; i < ranks.size(); ++i)
            sum += (signs >> i & 1) != 0 ? ranks[i] : 0;
        at_most += sum <= seen;
        at_least += sum >= seen;
    }
    return std::min(
        1.0, 2 * static_cast<double>(std::min(at_most, at_least)) / static_cast<double>(patterns));
}

TEST(signed_rank, p_is_that_of_enumeration_up_to_twelve_pairs) {
    simulate::source random(12);
    for (std::size_t n = 1; n <= 12; ++n)
        for (int repeat = 0; repeat < 6; ++repeat) {
            std::vector<double> differences(n);
            std::generate(differences.begin(), differences.end(),
                          [&] { return random.normal() + 0.4; });
            const auto result = signed_rank_test(differences);
            EXPECT_TRUE(result.exact);
            EXPECT_FALSE(result.ties);
            EXPECT_NEAR(result.p, enumerated_p(differences), 1e-12) << n;
        }
}

TEST(signed_rank, ties_and_zeros_are_counted_out_as_they_are_and_told) {
    simulate::source random(13);
    for (std::size_t n = 2; n <= 12; ++n)
        for (int repeat = 0; repeat < 6; ++repeat) {
            std::vector<double> differences(n);
            std::generate(differences.begin(), differences.end(),
                          [&] { return std::round(1.5 * random.normal() + 0.5); });
            EXPECT_NEAR(signed_rank_test(differences).p, enumerated_p(differences), 1e-12) << n;
        }
    const auto result = signed_rank_test({0, 0, 1, 1, -2, 3});
    EXPECT_EQ(result.zeros, 2u);
    EXPECT_EQ(result.n, 4u);
    EXPECT_TRUE(result.ties);
    EXPECT_EQ(signed_rank_test({0, 0, 0}).p, 1);
    EXPECT_EQ(signed_rank_test({}).p, 1);
}

// Hollander, Wolfe and Chicken, example 3.1 (depression scale of nine patients): T+ = 40 before
// against after, one-sided p = 0.0195.
TEST(signed_rank, the_textbook_example_comes_out) {
    const std::vector<double> before{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    const std::vector<double> after{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    std::vector<double> differences;
    for (std::size_t i = 0; i < before.size(); ++i)
        differences.push_back(before[i] - after[i]);
    const auto result = signed_rank_test(differences);
    EXPECT_EQ(result.positive_sum, 40);
    EXPECT_NEAR(result.p, 2 * 0.01953125, 1e-12);
}

TEST(signed_rank, n_pairs_cannot_give_less_than_their_least_p) {
    for (const std::size_t n : {1u, 5u, 6u, 20u, 60u}) {
        const std::vector<double> all_positive = [&] {
            std::vector<double> values(n);
            for (std::size_t i = 0; i < n; ++i)
                values[i] = static_cast<double>(i + 1);
            return values;
        }();
        EXPECT_NEAR(signed_rank_test(all_positive).p / signed_rank_least_p(n), 1, 1e-9) << n;
    }
    EXPECT_GT(signed_rank_least_p(5), 0.05);
    EXPECT_LT(signed_rank_least_p(6), 0.05);
}

TEST(signed_rank, the_null_distribution_is_symmetric_and_whole_up_to_sixty) {
    for (const std::size_t n : {1u, 2u, 13u, 60u}) {
        const auto& cdf = signed_rank_cdf(n);
        ASSERT_EQ(cdf.size(), n * (n + 1) / 2 + 1);
        EXPECT_NEAR(cdf.back(), 1, 1e-12);
        EXPECT_NEAR(cdf.front(), std::ldexp(1.0, -static_cast<int>(n)), 1e-15);
        for (std::size_t w = 0; w + 1 < cdf.size(); ++w)
            EXPECT_NEAR(cdf[w], 1 - cdf[cdf.size() - 2 - w], 1e-9);
    }
    EXPECT_THROW(signed_rank_cdf(61), std::invalid_argument);
}

double share_called_different(const simulate::distribution& kind, std::size_t n, double shift,
                              int samples, std::uint64_t seed) {
    simulate::source random(seed);
    int called = 0;
    std::vector<double> values(n);
    for (int i = 0; i < samples; ++i) {
        std::generate(values.begin(), values.end(), [&] { return kind.draw(random) + shift; });
        called += signed_rank_test(values).p < 0.05;
    }
    return static_cast<double>(called) / samples;
}

TEST(signed_rank, false_alarms_are_as_many_as_the_exact_level_allows) {
    // P(W <= 52) at n = 20 is 0.0242: the largest attainable level below 0.05 is 0.0484.
    const double attainable = 2 * signed_rank_cdf(20)[52];
    EXPECT_NEAR(attainable, 0.0484, 0.0001);
    for (const auto& kind : simulate::differences())
        EXPECT_NEAR(share_called_different(kind, 20, 0, 6'000, 3), attainable, 0.010) << kind.name;
    // Above sixty pairs by the normal approximation.
    EXPECT_NEAR(share_called_different(simulate::differences()[0], 80, 0, 4'000, 4), 0.05, 0.012);
}

TEST(signed_rank, a_shift_of_one_deviation_is_found) {
    EXPECT_GE(share_called_different(simulate::differences()[0], 20, 1, 1'000, 5), 0.97);
    EXPECT_LE(share_called_different(simulate::differences()[0], 5, 1, 1'000, 5), 0);
}

}  // namespace
}  // namespace ipcmark
