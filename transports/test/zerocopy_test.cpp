#include <cstring>
#include <gtest/gtest.h>
#include <thread>

#include "harness/base/posix/error.hpp"
#include "harness/endpoints/socket_pairs.hpp"
#include "transports/parts/zerocopy_sender.hpp"

namespace ipcmark {
namespace {

TEST(zerocopy_ledger, frees_a_buffer_when_all_its_sends_are_done) {
    zerocopy_ledger book(2, 8);
    book.sent(0);  // 0
    book.sent(0);  // 1
    book.sent(1);  // 2
    EXPECT_FALSE(book.is_free(0));
    book.completed(0, 0);
    EXPECT_FALSE(book.is_free(0));
    book.completed(1, 2);
    EXPECT_TRUE(book.is_free(0));
    EXPECT_TRUE(book.is_free(1));
    EXPECT_TRUE(book.idle());
}

TEST(zerocopy_ledger, takes_reports_in_any_order_and_twice) {
    zerocopy_ledger book(3, 4);
    for (const std::size_t buffer : {0, 1, 2})
        book.sent(buffer);
    book.completed(2, 2);
    book.completed(2, 2);
    EXPECT_TRUE(book.is_free(2));
    EXPECT_FALSE(book.is_free(0));
    EXPECT_FALSE(book.idle());
    book.completed(0, 1);
    EXPECT_TRUE(book.is_free(0) && book.is_free(1) && book.idle());
}

TEST(zerocopy_ledger, has_no_room_while_the_oldest_is_in_flight) {
    zerocopy_ledger book(2, 4);
    for (const std::size_t buffer : {0, 1, 1, 1}) {
        EXPECT_TRUE(book.has_room());
        book.sent(buffer);
    }
    EXPECT_FALSE(book.has_room());
    book.completed(1, 3);
    EXPECT_TRUE(book.is_free(1));
    EXPECT_FALSE(book.has_room()) << "the next number would take the place of number 0";
    book.completed(0, 0);
    EXPECT_TRUE(book.has_room());
}

TEST(zerocopy_ledger, numbers_wrap) {
    zerocopy_ledger book(3, 8, 0xffff'fffeu);
    book.sent(0);  // 0xfffffffe
    book.sent(1);  // 0xffffffff
    book.sent(2);  // 0
    book.sent(2);  // 1
    book.completed(0xffff'ffffu, 0);
    EXPECT_FALSE(book.is_free(0));
    EXPECT_TRUE(book.is_free(1));
    EXPECT_FALSE(book.is_free(2));
    book.completed(0xffff'fffeu, 0xffff'fffeu);
    book.completed(1, 1);
    EXPECT_TRUE(book.is_free(0) && book.is_free(2) && book.idle());
}

TEST(zerocopy_ledger, passes_over_what_is_not_in_flight) {
    zerocopy_ledger book(1, 4);
    book.completed(0, 3);
    book.sent(0);
    book.completed(1, 3);
    EXPECT_FALSE(book.is_free(0));
    book.completed(0, 0);
    EXPECT_TRUE(book.is_free(0));
}

// The receiver lags behind, so that a buffer used too early would show in what it reads.
TEST(zerocopy_sender, overwrites_nothing_that_the_kernel_still_reads) {
    constexpr std::size_t message_bytes = 300'001;
    constexpr unsigned messages = 60;
    const auto [ours, theirs] = make_tcp_ends();
    std::thread sending([&, fd = ours.get()] {
        zerocopy_sender sender(message_bytes, 2);
        sender.use(fd);
        for (unsigned i = 0; i < messages; ++i) {
            const writable bytes = sender.free_buffer();
            std::memset(bytes.data(), static_cast<int>(i + 1), bytes.size());
            sender.send(bytes);
        }
        sender.settle();
    });
    std::vector<std::byte> got(message_bytes);
    for (unsigned i = 0; i < messages; ++i) {
        if (i % 16 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        ASSERT_TRUE(read_exact(theirs.get(), got));
        const std::vector<std::byte> wanted(message_bytes, static_cast<std::byte>(i + 1));
        ASSERT_EQ(got, wanted) << i;
    }
    sending.join();
}

TEST(zerocopy_sender, notices_a_peer_that_has_gone) {
    auto [ours, theirs] = make_tcp_ends();
    zerocopy_sender sender(100'000, 2);
    sender.use(ours.get());
    theirs.reset();
    EXPECT_THROW(for (int i = 0; i < 1'000; ++i) sender.send(sender.free_buffer()), std::exception);
}

}  // namespace
}  // namespace ipcmark
