#include "harness/analysis/touch_share.hpp"

#include <gtest/gtest.h>

#include "harness/analysis/test/made_result.hpp"

namespace ipcmark {
namespace {

using test::made_result;

TEST(touch_share, is_twice_the_pass_of_null_over_the_round_trip) {
    made_result made;
    made.add("pipe", {1000, 1000, 1000});
    made.add("null", {100, 100, 100});
    add_touch_shares(made.result);
    EXPECT_EQ(made.cell("pipe").median("touch_share"), 0.2);
    EXPECT_FALSE(made.cell("null").find("touch_share")) << "it is the instrument";
}

TEST(touch_share, takes_the_pass_without_clock_readings_where_there_is_one) {
    made_result made;
    made.add("ring", {200, 200, 200});
    made.add("null", {40, 40, 40});
    made.set("null", "block_mean_ns", 20);
    add_touch_shares(made.result);
    EXPECT_EQ(made.cell("ring").median("touch_share"), 0.2);
}

TEST(touch_share, asks_for_the_same_size_touch_and_pattern_and_takes_any_placement) {
    made_result made;
    made.add("pipe", {1000});
    made.add("null", {100});
    const auto share = [&made] {
        auto result = made.result;
        add_touch_shares(result);
        return result.cells.front().median("touch_share");
    };
    made.cell("null").place = placement::free;
    EXPECT_EQ(share(), 0.2);
    made.cell("null").payload_bytes = 4096;
    EXPECT_EQ(share(), std::nullopt);
    made.cell("null").payload_bytes = 64;
    made.cell("null").reads = touch::line;
    EXPECT_EQ(share(), std::nullopt);
    made.cell("null").reads = made.cell("pipe").reads;
    made.cell("null").kind = pattern::one_way;
    EXPECT_EQ(share(), std::nullopt);
    made.cell("null").kind = pattern::round_trip;
    made.cell("pipe").kind = pattern::one_way;
    EXPECT_EQ(share(), std::nullopt);
}

}  // namespace
}  // namespace ipcmark
