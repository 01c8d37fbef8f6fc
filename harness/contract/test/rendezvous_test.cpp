#include "harness/contract/rendezvous.hpp"

#include <atomic>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <optional>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark {
namespace {

class rendezvous_test : public testing::Test {
protected:
    rendezvous_test() {
        int ends[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
        left.emplace(unique_fd(ends[0]));
        right.emplace(unique_fd(ends[1]));
    }
    std::optional<rendezvous> left;
    std::optional<rendezvous> right;
};

TEST_F(rendezvous_test, descriptors_arrive_open_and_close_on_exec) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    left->give(ends[1]);
    ::close(ends[1]);
    const unique_fd taken = right->take();
    EXPECT_EQ(::write(taken.get(), "x", 1), 1);
    char got = 0;
    EXPECT_EQ(::read(ends[0], &got, 1), 1);
    EXPECT_EQ(got, 'x');
    EXPECT_NE(::fcntl(taken.get(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_EQ(left->descriptors_passed(), 1u);
    EXPECT_EQ(right->descriptors_passed(), 1u);
    ::close(ends[0]);
}

TEST_F(rendezvous_test, texts_keep_their_boundaries) {
    left->tell("first");
    left->tell("");
    EXPECT_EQ(right->hear(), "first");
    EXPECT_EQ(right->hear(), "");
    EXPECT_THROW(left->tell(std::string(5000, 'x')), std::logic_error);
}

TEST_F(rendezvous_test, meet_holds_until_both_are_there) {
    std::atomic<bool> passed{false};
    std::thread early([&] {
        left->meet();
        passed.store(true, std::memory_order_release);
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_FALSE(passed.load(std::memory_order_acquire));
    right->meet();
    early.join();
    EXPECT_TRUE(passed.load(std::memory_order_acquire));
}

TEST_F(rendezvous_test, a_peer_that_has_gone_is_named) {
    right.reset();
    EXPECT_THROW(left->meet(), peer_gone);
    EXPECT_THROW(left->hear(), peer_gone);
    left->wait_for_peer_exit();
}

TEST_F(rendezvous_test, calls_out_of_step_are_a_programming_error) {
    left->tell("text");
    EXPECT_THROW(right->take(), std::logic_error);
}

}  // namespace
}  // namespace ipcmark
