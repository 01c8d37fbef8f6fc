#include "harness/stats/benjamini_hochberg.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

// The example of the paper (JRSS B 57, 1995, section 4.1): of fifteen, four are rejected at 0.05.
TEST(benjamini_hochberg, the_worked_example_of_the_paper_comes_out) {
    const std::vector<double> p{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                                0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
    const auto adjusted = benjamini_hochberg(p);
    EXPECT_EQ(std::count_if(adjusted.begin(), adjusted.end(), [](double x) { return x <= 0.05; }),
              4);
    EXPECT_NEAR(adjusted[0], 0.0015, 1e-12);
    EXPECT_NEAR(adjusted[3], 0.0095 * 15 / 4, 1e-12);
    EXPECT_NEAR(adjusted[4], 0.0201 * 15 / 5, 1e-12);
    EXPECT_NEAR(adjusted[5], 0.0298 * 15 / 7, 1e-12);  // a later one is smaller
    EXPECT_EQ(adjusted[14], 1);
}

TEST(benjamini_hochberg, the_order_given_is_kept) {
    const auto adjusted = benjamini_hochberg({0.8, 0.01, 0.04});
    EXPECT_NEAR(adjusted[0], 0.8, 1e-12);
    EXPECT_NEAR(adjusted[1], 0.03, 1e-12);
    EXPECT_NEAR(adjusted[2], 0.06, 1e-12);
    EXPECT_TRUE(benjamini_hochberg({}).empty());
    EXPECT_EQ(benjamini_hochberg({0.2}), std::vector<double>{0.2});
}

TEST(benjamini_hochberg, the_share_of_false_discoveries_stays_below_the_level) {
    constexpr int families = 3'000;
    simulate::source random(8);
    double false_share = 0;
    int with_false_among_nulls = 0;
    for (int i = 0; i < families; ++i) {
        std::vector<double> p;
        for (int k = 0; k < 20; ++k)  // ten true differences of three deviations
            p.push_back(std::erfc(std::abs(random.normal() + (k < 10 ? 3 : 0)) / std::sqrt(2.0)));
        const auto adjusted = benjamini_hochberg(p);
        const auto called = [](double x) { return x <= 0.05; };
        const auto all = std::count_if(adjusted.begin(), adjusted.end(), called);
        const auto wrong = std::count_if(adjusted.begin() + 10, adjusted.end(), called);
        false_share += all > 0 ? static_cast<double>(wrong) / static_cast<double>(all) : 0;
        const auto nulls = benjamini_hochberg({p.begin() + 10, p.end()});
        with_false_among_nulls += std::any_of(nulls.begin(), nulls.end(), called);
    }
    EXPECT_NEAR(false_share / families, 0.025, 0.01);  // level times the share of true nulls
    EXPECT_NEAR(static_cast<double>(with_false_among_nulls) / families, 0.05, 0.012);
}

}  // namespace
}  // namespace ipcmark
