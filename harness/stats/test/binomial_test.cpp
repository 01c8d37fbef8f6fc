#include "harness/stats/binomial.hpp"

#include <gtest/gtest.h>

namespace ipcmark {
namespace {

TEST(binomial, the_tail_is_the_sum_worked_by_hand) {
    EXPECT_NEAR(binomial_at_least(2, 3, 0.5), 0.5, 1e-12);
    EXPECT_NEAR(binomial_at_least(1, 4, 0.1), 1 - 0.9 * 0.9 * 0.9 * 0.9, 1e-12);
    EXPECT_NEAR(binomial_at_least(5, 5, 0.2), 0.00032, 1e-12);
    EXPECT_EQ(binomial_at_least(0, 5, 0.2), 1);
    EXPECT_EQ(binomial_at_least(6, 5, 0.2), 0);
    EXPECT_EQ(binomial_at_least(3, 5, 0), 0);
    EXPECT_EQ(binomial_at_least(3, 5, 1), 1);
}

}  // namespace
}  // namespace ipcmark
