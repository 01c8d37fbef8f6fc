#include "harness/worker/payload.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace ipcmark {
namespace {

constexpr std::uint64_t tag = 0xfedcba9876543210;

struct channel {
    payload_writer out;
    payload_checker in;
    std::vector<std::byte> bytes;

    channel(touch how, std::size_t size, sequence_rule rule = sequence_rule::strict)
        : out({how, size, tag}), in({how, size, tag}, rule), bytes(size) {}
    void write() { out.write(bytes); }
    void check() { in.check(bytes); }
    void pass() {
        write();
        check();
    }
};

TEST(payload, the_end_of_a_phase_travels_in_the_last_message) {
    for (const touch how : {touch::desc, touch::line, touch::rw, touch::copy, touch::verify})
        for (const sequence_rule rule : {sequence_rule::strict, sequence_rule::may_reorder}) {
            const payload_plan plan{how, 64, tag, true};
            payload_writer out(plan);
            payload_checker in(plan, rule);
            std::vector<std::byte> bytes(64);
            for (std::uint64_t sequence = 0; sequence < 20; ++sequence) {
                const bool last = sequence % 10 == 9;
                if (sequence == 10) in.forget_end();
                out.mark_end(last);
                out.write(bytes);
                in.check(bytes);
                EXPECT_EQ(in.last(), sequence);
                EXPECT_EQ(in.end_sequence(), last ? sequence : payload_checker::no_end);
            }
        }
}

TEST(payload, a_mark_is_corrupt_where_none_is_agreed_on_and_a_marked_one_may_not_be_lost) {
    std::vector<std::byte> bytes(64);
    payload_writer out({touch::rw, 64, tag, true});
    out.mark_end(true);
    out.write(bytes);
    EXPECT_THROW(payload_checker({touch::rw, 64, tag}, sequence_rule::strict).check(bytes),
                 integrity_error);
    out.write(bytes);
    EXPECT_THROW(payload_checker({touch::rw, 64, tag, true}, sequence_rule::strict).check(bytes),
                 integrity_error);
}

class every_touch : public testing::TestWithParam<touch> {};

TEST_P(every_touch, arrives_as_it_left_at_every_size) {
    for (const std::size_t size :
         {1, 2, 3, 7, 8, 9, 15, 16, 17, 63, 64, 65, 72, 100, 1000, 4095, 4096, 4097, 65'537}) {
        channel c(GetParam(), size);
        for (int i = 0; i < 300; ++i)
            ASSERT_NO_THROW(c.pass()) << size << " bytes, message " << i;
        EXPECT_EQ(c.in.received(), 300u);
    }
}

TEST_P(every_touch, a_message_of_another_size_is_refused) {
    channel c(GetParam(), 64);
    c.write();
    c.bytes.pop_back();
    EXPECT_THROW(c.check(), integrity_error);
}

TEST_P(every_touch, a_lost_message_is_seen) {
    channel c(GetParam(), 64);
    c.pass();
    c.write();
    c.write();
    EXPECT_THROW(c.check(), integrity_error);
}

TEST_P(every_touch, a_message_of_another_repetition_is_seen) {
    channel c(GetParam(), 64);
    payload_writer stranger({GetParam(), 64, tag ^ (std::uint64_t{1} << 50)});
    stranger.write(c.bytes);
    EXPECT_THROW(c.check(), integrity_error);
}

INSTANTIATE_TEST_SUITE_P(touches, every_touch,
                         testing::Values(touch::desc, touch::line, touch::rw, touch::copy,
                                         touch::verify),
                         [](const auto& which) { return std::string(to_word(which.param)); });

/// Which single-byte changes a touch notices.
std::size_t unnoticed_changes(touch how, std::size_t size) {
    std::size_t unnoticed = 0;
    for (std::size_t at = 0; at < size; ++at) {
        channel c(how, size);
        c.write();
        c.bytes[at] ^= std::byte{0x20};
        try {
            c.check();
            ++unnoticed;
        } catch (const integrity_error&) {
        }
    }
    return unnoticed;
}

TEST(payload, rw_and_verify_notice_every_changed_byte) {
    for (const std::size_t size : {1, 5, 8, 11, 16, 20, 64, 100, 515})
        for (const touch how : {touch::rw, touch::verify})
            EXPECT_EQ(unnoticed_changes(how, size), 0u) << to_word(how) << ' ' << size;
}

TEST(payload, desc_reads_the_header_alone_and_line_a_word_a_line) {
    EXPECT_EQ(unnoticed_changes(touch::desc, 256), 248u);
    EXPECT_EQ(unnoticed_changes(touch::line, 256), 256u - 8 - 3 * 8);
}

TEST(payload, verify_notices_swapped_words_that_a_sum_would_not) {
    channel c(touch::verify, 256);
    c.write();
    std::swap_ranges(c.bytes.begin() + 64, c.bytes.begin() + 72, c.bytes.begin() + 128);
    EXPECT_THROW(c.check(), integrity_error);
}

TEST(payload, a_lossy_channel_counts_what_is_missing) {
    channel c(touch::rw, 64, sequence_rule::may_lose);
    c.pass();
    for (int i = 0; i < 5; ++i)
        c.write();
    c.check();
    EXPECT_EQ(c.in.lost(), 4u);
    c.in.close_gap(9);
    EXPECT_EQ(c.in.lost(), 8u);
    EXPECT_EQ(c.in.received(), 2u);
}

TEST(payload, a_lossy_channel_counts_late_messages_apart) {
    channel c(touch::rw, 64, sequence_rule::may_lose);
    std::vector<std::byte> late(64);
    c.out.write(late);
    c.pass();
    c.in.check(late);
    EXPECT_EQ(c.in.out_of_order(), 1u);
    EXPECT_EQ(c.in.received(), 1u);
    c.pass();
    EXPECT_EQ(c.in.received(), 2u);
}

TEST(payload, a_value_may_be_read_again_and_some_never_but_none_that_is_older) {
    for (const touch how : {touch::desc, touch::line, touch::rw, touch::copy, touch::verify}) {
        channel one(how, 64, sequence_rule::may_lose);
        one.write();
        for (int read = 0; read < 3; ++read)
            one.in.check_at_will(one.bytes);
        const std::vector<std::byte> first = one.bytes;
        for (int write = 0; write < 5; ++write)
            one.write();
        one.in.check_at_will(one.bytes);
        EXPECT_EQ(one.in.last(), 5u);
        EXPECT_EQ(one.in.received(), 2u) << "each value counts once";
        EXPECT_EQ(one.in.lost(), 0u);
        EXPECT_EQ(one.in.out_of_order(), 0u);
        EXPECT_THROW(one.in.check_at_will(first), integrity_error);
        EXPECT_THROW(one.in.check_at_will(readable(one.bytes).first(32)), integrity_error);
    }
}

TEST(payload, a_torn_value_is_seen) {
    channel one(touch::rw, 256, sequence_rule::may_lose);
    one.write();
    const std::vector<std::byte> old = one.bytes;
    one.write();
    std::copy(old.begin() + 128, old.end(), one.bytes.begin() + 128);
    EXPECT_THROW(one.in.check_at_will(one.bytes), integrity_error);
}

TEST(payload, garbage_is_corrupt_even_where_loss_is_allowed) {
    channel c(touch::rw, 64, sequence_rule::may_lose);
    c.write();
    c.bytes[7] ^= std::byte{0x40};
    EXPECT_THROW(c.check(), integrity_error);
}

TEST(payload, a_reordering_channel_takes_every_message_once_in_any_order) {
    channel c(touch::rw, 64, sequence_rule::may_reorder);
    std::vector<std::vector<std::byte>> sent(6, std::vector<std::byte>(64));
    for (auto& bytes : sent)
        c.out.write(bytes);
    for (const std::size_t index : {2u, 0u, 1u, 5u, 3u, 4u}) {
        c.in.check(sent[index]);
        EXPECT_EQ(c.in.last(), index);
    }
    EXPECT_EQ(c.in.expected(), 6u);
    EXPECT_EQ(c.in.received(), 6u);
    EXPECT_THROW(c.in.check(sent[3]), integrity_error);
}

TEST(payload, a_notification_has_nothing_to_check_but_its_number) {
    channel c(touch::rw, 0);
    for (int i = 0; i < 5; ++i)
        c.pass();
    EXPECT_EQ(c.in.last(), 4u);
    c.bytes.push_back(std::byte{0});
    EXPECT_THROW(c.check(), integrity_error);
}

TEST(payload, one_byte_messages_are_checked_as_far_as_one_byte_goes) {
    channel c(touch::rw, 1);
    for (int i = 0; i < 1000; ++i)
        c.pass();
    c.write();
    c.write();
    EXPECT_THROW(c.check(), integrity_error);
}

}  // namespace
}  // namespace ipcmark
