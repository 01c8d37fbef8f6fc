#include "harness/endpoints/readiness.hpp"

#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include "harness/base/posix/error.hpp"
#include "harness/endpoints/wait_variants.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark {
namespace {

struct ends {
    unique_fd ours;
    unique_fd theirs;
};

ends stream_pair() {
    int fds[2];
    checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), "socketpair");
    return {unique_fd(fds[0]), unique_fd(fds[1])};
}

std::vector<std::byte> counted_bytes(std::size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::byte>(i * 7 + i / 251);
    return bytes;
}

/// Both sides of one descriptor, as an endpoint uses them.
template <class Readiness>
struct watched {
    explicit watched(unique_fd fd) : socket(std::move(fd)) {
        readiness.watch(socket.get(), socket.get());
    }
    bool read(std::vector<std::byte>& bytes) { return readiness.read_exact(socket.get(), bytes); }
    void write(const std::vector<std::byte>& bytes) { readiness.write_exact(socket.get(), bytes); }
    unique_fd socket;
    Readiness readiness;
};

template <class Readiness>
struct readiness : testing::Test {};

using every = testing::Types<blocking, nonblocking<poll_wait>, nonblocking<epoll_wait_for<false>>,
                             nonblocking<epoll_wait_for<true>>, nonblocking<busy_wait>>;
TYPED_TEST_SUITE(readiness, every);

TYPED_TEST(readiness, carries_what_fits_into_no_buffer) {
    ends pair = stream_pair();
    const auto sent = counted_bytes(5'000'003);
    std::thread sender([&] {
        watched<TypeParam> end(std::move(pair.ours));
        end.write(sent);
    });
    watched<TypeParam> end(std::move(pair.theirs));
    std::vector<std::byte> got(sent.size());
    EXPECT_TRUE(end.read(got));
    EXPECT_EQ(got, sent);
    sender.join();
    EXPECT_FALSE(end.read(got)) << "the end of the stream";
}

TYPED_TEST(readiness, misses_no_wake_up) {
    constexpr int exchanges = 3'000;
    ends pair = stream_pair();
    std::thread echo([&] {
        watched<TypeParam> end(std::move(pair.theirs));
        std::vector<std::byte> message(8);
        while (end.read(message))
            end.write(message);
    });
    {
        watched<TypeParam> end(std::move(pair.ours));
        std::vector<std::byte> message(8);
        for (int i = 0; i < exchanges; ++i) {
            message[0] = static_cast<std::byte>(i);
            const auto sent = message;
            end.write(sent);
            ASSERT_TRUE(end.read(message));
            ASSERT_EQ(message, sent);
        }
    }
    echo.join();
}

// The reader falls behind and catches up again and again, so that each kind of wait for room is
// entered more than once.
TYPED_TEST(readiness, waits_for_room_as_often_as_there_is_none) {
    constexpr std::size_t bursts = 4;
    ends pair = stream_pair();
    const auto burst = counted_bytes(1'000'000);
    std::thread sender([&] {
        watched<TypeParam> end(std::move(pair.ours));
        std::vector<std::byte> go(1);
        for (std::size_t i = 0; i < bursts; ++i) {
            end.write(burst);
            end.read(go);
        }
    });
    watched<TypeParam> end(std::move(pair.theirs));
    std::vector<std::byte> got(burst.size());
    for (std::size_t i = 0; i < bursts; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        ASSERT_TRUE(end.read(got));
        ASSERT_EQ(got, burst);
        end.write(std::vector<std::byte>(1));
    }
    sender.join();
}

TYPED_TEST(readiness, tells_a_torn_message_from_a_clean_end) {
    ends pair = stream_pair();
    ASSERT_EQ(::send(pair.ours.get(), "abc", 3, 0), 3);
    pair.ours.reset();
    watched<TypeParam> end(std::move(pair.theirs));
    std::vector<std::byte> got(4);
    EXPECT_THROW(end.read(got), peer_gone);
}

TYPED_TEST(readiness, reports_a_reader_that_has_gone_while_it_waits_for_room) {
    ::signal(SIGPIPE, SIG_IGN);
    ends pair = stream_pair();
    watched<TypeParam> end(std::move(pair.ours));
    std::thread reader([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        pair.theirs.reset();
    });
    EXPECT_THROW(end.write(std::vector<std::byte>(8 << 20)), call_failed);
    reader.join();
}

TYPED_TEST(readiness, reports_a_descriptor_that_is_none) {
    TypeParam policy;
    std::vector<std::byte> byte(1);
    EXPECT_THROW(
        {
            policy.watch(1 << 20, -1);
            if (TypeParam::style == wait_style::blocks) policy.read_exact(1 << 20, byte);
        },
        call_failed);
}

constexpr transport_info plain{
    .name = "plain", .summary = "text", .family = "test", .reference = "none"};

TEST(waiting_description, says_how_the_variant_waits) {
    constexpr const transport_info& polled =
        waiting_description<plain, nonblocking<poll_wait>>::info;
    EXPECT_EQ(polled.name, "plain_poll");
    EXPECT_EQ(polled.summary, "text, non-blocking, waits in poll(2)");
    EXPECT_EQ(polled.wait, wait_style::blocks);
    constexpr const transport_info& busy = waiting_description<plain, nonblocking<busy_wait>>::info;
    EXPECT_EQ(busy.name, "plain_busy");
    EXPECT_EQ(busy.wait, wait_style::spins);
    constexpr const transport_info& same = waiting_description<plain, blocking>::info;
    EXPECT_EQ(same.name, plain.name);
    EXPECT_EQ(same.summary, plain.summary);
}

}  // namespace
}  // namespace ipcmark
