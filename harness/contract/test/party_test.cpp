#include "harness/contract/party.hpp"

#include <gtest/gtest.h>
#include <stdexcept>

namespace ipcmark {
namespace {

std::vector<party> three_to_one() {
    return {{role::producer, 0}, {role::producer, 1}, {role::producer, 2}, {role::consumer, 0}};
}

TEST(parties, are_placed_by_position) {
    const std::vector<int> cpus{4, 5, 5, 7};
    EXPECT_EQ(cpus_of(placed(three_to_one(), cpus)), cpus);
    EXPECT_EQ(placed(unpinned_pair(), std::vector{3, 2}), pair_on(3, 2));
}

TEST(parties, are_exchanged_by_the_order_of_their_cpus_alone) {
    EXPECT_EQ(exchanged(pair_on(3, 2)), pair_on(2, 3));
    EXPECT_EQ(exchanged(unpinned_pair()), unpinned_pair());
    EXPECT_EQ(exchanged(placed(three_to_one(), std::vector{4, 5, 6, 7})),
              placed(three_to_one(), std::vector{7, 6, 5, 4}));
}

TEST(parties, without_cpus_are_unpinned) {
    EXPECT_EQ(placed(pair_on(3, 2), {}), unpinned_pair());
}

TEST(parties, are_never_placed_on_fewer_or_more_cpus_than_they_are) {
    EXPECT_THROW(placed(three_to_one(), std::vector{0, 1}), std::invalid_argument);
    EXPECT_THROW(placed(unpinned_pair(), std::vector{0, 1, 2}), std::invalid_argument);
}

TEST(parties, name_each_cpu_once) {
    const auto all = placed(three_to_one(), std::vector{4, no_cpu, 4, 7});
    EXPECT_EQ(distinct_cpus_of(all), (std::vector{4, 7}));
    EXPECT_TRUE(distinct_cpus_of(unpinned_pair()).empty());
}

TEST(parties, share_a_cpu_only_where_they_are_pinned_to_it) {
    EXPECT_TRUE(share_a_cpu(placed(three_to_one(), std::vector{4, 5, 4, 7})));
    EXPECT_TRUE(share_a_cpu(pair_on(1, 1)));
    EXPECT_FALSE(share_a_cpu(pair_on(0, 1)));
    EXPECT_FALSE(share_a_cpu(unpinned_pair()));
}

TEST(parties, know_the_first_of_each_side) {
    EXPECT_EQ(first_of(role::producer, three_to_one()), 0u);
    EXPECT_EQ(first_of(role::consumer, three_to_one()), 3u);
    EXPECT_THROW(first_of(role::consumer, std::vector{party{role::producer, 0}}),
                 std::out_of_range);
}

}  // namespace
}  // namespace ipcmark
