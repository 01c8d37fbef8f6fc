#include "harness/contract/topology.hpp"

#include <gtest/gtest.h>

#include "harness/contract/party.hpp"

namespace ipcmark {
namespace {

std::string refusal_of(std::string_view text) {
    try {
        parse_parties(text);
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
    return {};
}

TEST(party_counts_test, a_text_is_read_and_written_alike) {
    for (const char* text : {"1:1", "4:1", "1:20", "8:8", "4x1:1"})
        EXPECT_EQ(parse_parties(text).text(), text);
    EXPECT_EQ(parse_parties("4x1:1"), (party_counts{4, 1, 1}));
    EXPECT_EQ(parse_parties("1x1:1").text(), "1:1");
    EXPECT_TRUE(parse_parties("1:1").is_pair());
    EXPECT_FALSE(parse_parties("2x1:1").is_pair());
    EXPECT_EQ(parse_parties("4x1:1").processes(), 8u);
}

TEST(party_counts_test, what_is_no_number_of_parties_is_refused_in_one_sentence) {
    for (const char* text : {"", "4", "4:", ":1", "0:1", "1:0", "4:1:1", "-1:1", "four:1", "x1:1"})
        EXPECT_NE(refusal_of(text).find("write 4:1"), std::string::npos) << text;
    EXPECT_NE(refusal_of("4x2:1").find("several of what is no pair"), std::string::npos);
    EXPECT_NE(refusal_of("128:1").find("more than 128 processes"), std::string::npos);
    EXPECT_NE(refusal_of("4294967295x1:1").find("more than 128"), std::string::npos);
    EXPECT_EQ(refusal_of("127:1"), "");
}

TEST(party_counts_test, of_round_trips_the_many_are_the_clients) {
    const auto streams = parties_of({1, 3, 1}, pattern::one_way);
    EXPECT_EQ(
        streams,
        (std::vector<party>{
            {role::producer, 0}, {role::producer, 1}, {role::producer, 2}, {role::consumer, 0}}));
    EXPECT_EQ(parties_of({1, 1, 3}, pattern::round_trip), streams);
    EXPECT_EQ(parties_of({}, pattern::round_trip), unpinned_pair());
}

TEST(party_counts_test, pairs_at_once_know_their_own_partner_alone) {
    const auto all = parties_of({2, 1, 1}, pattern::round_trip);
    ASSERT_EQ(all.size(), 4u);
    EXPECT_EQ(partners_of(0, all), std::vector<std::size_t>{1});
    EXPECT_EQ(partners_of(3, all), std::vector<std::size_t>{2});
    const membership last = membership_of(3, all, topology::pairs);
    EXPECT_EQ(last.index, 1u);
    EXPECT_EQ(last.producers, (std::vector<std::size_t>{0, 2}));
    EXPECT_EQ(last.consumers, (std::vector<std::size_t>{1, 3}));
    EXPECT_EQ(partners_of(3, parties_of({1, 3, 1}, pattern::one_way)),
              (std::vector<std::size_t>{0, 1, 2}));
}

/// What tells sources apart leaves the mark of a phase's end alone.
TEST(party_counts_test, no_source_reaches_the_mark_or_another_source) {
    EXPECT_LT(source_offset(party_counts::most_processes), std::uint64_t{1} << 63);
    EXPECT_GE(source_offset(1), std::uint64_t{1} << 48);
}

}  // namespace
}  // namespace ipcmark
