#include "harness/worker/loops/sources.hpp"

#include <gtest/gtest.h>

#include "harness/worker/shared_state_region.hpp"

namespace ipcmark {
namespace {

/// Three producers and the process that takes what they send into one object.
class sources_test : public testing::Test {
protected:
    static constexpr std::size_t bytes = 64;
    static constexpr std::uint64_t tag = 0xFFFF'FFFF'FFFF'FFF0;  // numbers carry over into sources

    sources_test() {
        for (std::size_t i = 0; i < 3; ++i)
            writers.emplace_back(payload_plan{touch::rw, bytes, tag + source_offset(i)});
    }

    session make(sequence_rule rule, bool marks_end = true) {
        const payload_plan taken{touch::rw, bytes, tag, marks_end};
        return session(*shared, all, 3, clock, {}, {touch::rw, bytes, ~tag}, taken, rule);
    }

    /// Whether the phase is over for all with it.
    bool pass_on(loops::source_checkers& to, std::size_t source, bool last = false) {
        std::array<std::byte, bytes> message;
        writers[source].mark_end(last);
        writers[source].write(message);
        writers[source].mark_end(false);
        to.check(message);
        return to.is_over();
    }

    std::vector<party> all = parties_of({1, 3, 1}, pattern::one_way);
    shared_state_region shared{4};
    clock_parameters clock;
    std::vector<payload_writer> writers;
};

TEST_F(sources_test, each_has_its_order_and_its_end) {
    session run = make(sequence_rule::strict);
    loops::source_checkers sources(run, {0, 1, 2});
    sources.begin(phase::timed);
    for (const std::size_t source : {0, 2, 2, 1, 0, 1, 2})
        EXPECT_FALSE(pass_on(sources, source));
    EXPECT_FALSE(pass_on(sources, 1, true));
    EXPECT_FALSE(pass_on(sources, 0, true));
    EXPECT_FALSE(pass_on(sources, 2));
    EXPECT_TRUE(pass_on(sources, 2, true));
    measurement told;
    sources.tell(told);
    ASSERT_EQ(told.sources.size(), 3u);
    EXPECT_EQ(told.sources[0].messages, 3u);
    EXPECT_EQ(told.sources[1].messages, 3u);
    EXPECT_EQ(told.sources[2].messages, 5u);
    sources.begin(phase::timed);
    EXPECT_FALSE(pass_on(sources, 0, true)) << "an end of the phase before is none of this one";
}

TEST_F(sources_test, what_one_skips_or_repeats_is_found_out) {
    session run = make(sequence_rule::strict);
    loops::source_checkers sources(run, {0, 1, 2});
    sources.begin(phase::timed);
    pass_on(sources, 1);
    writers[0].set_sequence(1);
    EXPECT_THROW(pass_on(sources, 0), integrity_error);
    writers[1].set_sequence(0);
    EXPECT_THROW(pass_on(sources, 1), integrity_error);
}

TEST_F(sources_test, who_is_no_source_is_refused) {
    session run = make(sequence_rule::strict);
    loops::source_checkers sources(run, {0, 1, 2});
    sources.begin(phase::timed);
    payload_writer fourth({touch::rw, bytes, tag + source_offset(3)});
    std::array<std::byte, bytes> message;
    fourth.write(message);
    EXPECT_THROW(sources.check(message), integrity_error);
    EXPECT_THROW(sources.check(std::span(message).first(4)), integrity_error);
}

TEST_F(sources_test, a_silence_closes_those_that_have_announced_their_last) {
    session run = make(sequence_rule::may_lose, false);
    loops::source_checkers sources(run, {0, 1, 2});
    sources.begin(phase::timed);
    EXPECT_FALSE(pass_on(sources, 0));
    const auto announce = [&](std::size_t party, std::uint64_t last) {
        (*shared).worker(party).last_sequence[static_cast<std::size_t>(phase::timed)].store(
            last, std::memory_order_release);
    };
    announce(0, 4);
    announce(1, 0);
    EXPECT_FALSE(sources.is_over_in_silence()) << "the third may still send";
    announce(2, 1);
    EXPECT_FALSE(pass_on(sources, 2));
    EXPECT_TRUE(pass_on(sources, 2)) << "the last of the last";
    measurement told;
    sources.tell(told);
    EXPECT_EQ(told.sources[0].lost, 4u);
    EXPECT_EQ(told.sources[1].lost, 1u);
    EXPECT_EQ(told.sources[2].lost, 0u);
    EXPECT_EQ(told.lost, 5u);
}

}  // namespace
}  // namespace ipcmark
