#include "harness/stats/hodges_lehmann.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "harness/stats/signed_rank.hpp"
#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

// Hollander, Wolfe and Chicken, examples 3.3 and 3.4: estimate 0.46, interval (0.010, 0.786).
TEST(hodges_lehmann, the_textbook_example_comes_out) {
    const auto seen =
        estimate_shift({1.83 - 0.878, 0.50 - 0.647, 1.62 - 0.598, 2.48 - 2.05, 1.68 - 1.06,
                        1.88 - 1.29, 1.55 - 1.06, 3.06 - 3.14, 1.30 - 1.29},
                       0.95);
    EXPECT_NEAR(seen.estimate, 0.46, 1e-9);
    EXPECT_NEAR(*seen.low, 0.010, 1e-9);
    EXPECT_NEAR(*seen.high, 0.786, 1e-9);
    EXPECT_NEAR(*seen.coverage, 1 - 2 * 0.01953125, 1e-9);
}

TEST(hodges_lehmann, the_interval_is_what_the_signed_rank_test_does_not_reject) {
    simulate::source random(4);
    for (const std::size_t n : {6u, 9u, 20u, 33u}) {
        std::vector<double> values(n);
        std::generate(values.begin(), values.end(), [&] { return random.normal(); });
        const auto seen = estimate_shift(values);
        const auto p_at = [&](double shift) {
            auto moved = values;
            for (double& value : moved)
                value -= shift;
            return signed_rank_test(moved).p;
        };
        const double hair = 1e-9;
        EXPECT_LE(p_at(*seen.low - hair), 0.05) << n;
        EXPECT_GT(p_at(*seen.low + hair), 0.05) << n;
        EXPECT_GT(p_at(*seen.high - hair), 0.05) << n;
        EXPECT_LE(p_at(*seen.high + hair), 0.05) << n;
    }
}

TEST(hodges_lehmann, five_pairs_have_an_estimate_and_no_interval) {
    const auto seen = estimate_shift({1, 2, 3, 4, 5});
    EXPECT_EQ(seen.estimate, 3);
    EXPECT_FALSE(seen.low);
    EXPECT_FALSE(seen.coverage);
    EXPECT_TRUE(estimate_shift({1, 2, 3, 4, 5}, 0.90).low);
}

// Exact for symmetric differences, so the exact coverage is what is tested: 96.9 % for 6 pairs.
TEST(hodges_lehmann, the_promised_coverage_is_kept_whatever_the_distribution) {
    constexpr int samples = 4'000;
    simulate::source random(5);
    for (const auto& kind : simulate::differences())
        for (const std::size_t n : {6u, 10u, 20u, 40u}) {
            int held = 0;
            double promised = 0;
            std::vector<double> values(n);
            for (int i = 0; i < samples; ++i) {
                std::generate(values.begin(), values.end(), [&] { return kind.draw(random); });
                const auto seen = estimate_shift(values);
                promised = *seen.coverage;
                held += *seen.low <= 0 && 0 <= *seen.high;
            }
            const double share = static_cast<double>(held) / samples;
            EXPECT_NEAR(share, promised, 0.012) << kind.name << ", " << n;
            EXPECT_GE(share, 0.93) << kind.name << ", " << n;
            EXPECT_LE(share, n == 6 ? 0.98 : 0.97) << kind.name << ", " << n;
        }
}

TEST(hodges_lehmann, above_sixty_pairs_the_approximation_covers_as_well) {
    constexpr int samples = 800;
    simulate::source random(6);
    int held = 0;
    std::vector<double> values(80);
    for (int i = 0; i < samples; ++i) {
        std::generate(values.begin(), values.end(), [&] { return random.normal(); });
        const auto seen = estimate_shift(values);
        held += *seen.low <= 0 && 0 <= *seen.high;
    }
    EXPECT_GE(held, 0.93 * samples);
    EXPECT_LE(held, 0.97 * samples);
}

}  // namespace
}  // namespace ipcmark
