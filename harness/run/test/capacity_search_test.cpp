#include "harness/run/capacity_search.hpp"

#include <gtest/gtest.h>

namespace ipcmark {
namespace {

class capacity_search_test : public testing::Test {
protected:
    capacity_search_test() {
        planned_cell planned;
        planned.what = {"pipe", pattern::paced, 64, placement::l3, touch::rw, 16};
        planned.what.varied = paced_parameters({{{"load", {0.5}}}}).front();
        what.cells = {planned};
    }

    const cell& loaded() const { return what.cells.front().what; }

    /// `messages` in a second of each repetition.
    static repetition_result outcome(const launch_request& asked, std::uint64_t messages) {
        repetition_result result;
        result.sides[1].measured.messages = messages;
        result.sides[1].measured.last_ticks = 1'000'000'000;
        EXPECT_EQ(pattern_of(asked.what.kind).counted_by, role::consumer);
        return result;
    }

    plan what;
    capacity_search found;
    shared_clock clock{clock_parameters{}};
};

TEST_F(capacity_search_test, the_lower_of_stream_and_flood_is_the_capacity) {
    found.measure(what, clock, [](const cell&, const launch_request& asked) {
        return std::optional(outcome(asked, asked.what.kind == pattern::one_way ? 4'000 : 3'000));
    });
    EXPECT_NEAR(found.of(loaded()).value(), 3'000, 1);
    EXPECT_FALSE(found.why_unknown(loaded()));
}

TEST_F(capacity_search_test, without_a_rate_there_is_no_capacity_but_a_reason) {
    found.measure(what, clock, [](const cell&, const launch_request& asked) {
        repetition_result result = outcome(asked, 0);
        result.failed = failure{status::failed, "peer", "timing", "the peer closed"};
        return std::optional(result);
    });
    EXPECT_FALSE(found.of(loaded()));
    const auto why = found.why_unknown(loaded());
    ASSERT_TRUE(why);
    EXPECT_EQ(why->ended, status::failed);
    EXPECT_EQ(why->code, "peer");
    EXPECT_EQ(why->text,
              "the rate that its load is a share of could not be measured: the peer closed");
}

TEST_F(capacity_search_test, a_stream_that_delivers_nothing_is_no_rate_either) {
    found.measure(what, clock, [](const cell&, const launch_request& asked) {
        return std::optional(outcome(asked, 0));
    });
    EXPECT_FALSE(found.of(loaded()));
    EXPECT_EQ(found.why_unknown(loaded()).value().ended, status::failed);
}

TEST_F(capacity_search_test, who_asks_for_no_share_needs_none) {
    cell plain = loaded();
    plain.varied = paced_parameters({{{"rate_hz", {1'000}}}}).front();
    EXPECT_FALSE(found.of(plain));
    EXPECT_FALSE(found.why_unknown(plain));
    EXPECT_TRUE(found.why_unknown(loaded())) << "nothing was measured yet";
}

}  // namespace
}  // namespace ipcmark
