#include "harness/contract/rendezvous.hpp"

#include <atomic>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <optional>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

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

/// Three parties with a line between any two.
std::vector<rendezvous> three_parties() {
    std::vector<std::vector<unique_fd>> lines(3);
    for (auto& each : lines)
        each.resize(3);
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = i + 1; j < 3; ++j) {
            int ends[2];
            EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
            lines[i][j].reset(ends[0]);
            lines[j][i].reset(ends[1]);
        }
    std::vector<rendezvous> parties;
    for (std::size_t i = 0; i < 3; ++i)
        parties.emplace_back(std::move(lines[i]), i);
    return parties;
}

TEST(rendezvous_of_three, a_text_reaches_the_party_that_it_is_for) {
    auto parties = three_parties();
    parties[0].tell(2, "for the third");
    parties[1].tell(2, "from the second");
    parties[2].tell(0, "back");
    EXPECT_EQ(parties[2].hear(1), "from the second");
    EXPECT_EQ(parties[2].hear(0), "for the third");
    EXPECT_EQ(parties[0].hear(2), "back");
    EXPECT_THROW(parties[0].tell("to whom"), std::logic_error);
    EXPECT_THROW(parties[0].tell(0, "oneself"), std::logic_error);
    EXPECT_THROW(parties[0].tell(3, "nobody"), std::out_of_range);
}

TEST(rendezvous_of_three, meet_holds_until_all_are_there) {
    auto parties = three_parties();
    for (std::size_t last = 0; last < 3; ++last) {
        std::atomic<int> passed{0};
        std::vector<std::thread> early;
        for (std::size_t i = 0; i < 3; ++i)
            if (i != last)
                early.emplace_back([&, i] {
                    parties[i].meet();
                    passed.fetch_add(1, std::memory_order_acq_rel);
                });
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        EXPECT_EQ(passed.load(std::memory_order_acquire), 0);
        parties[last].meet();
        for (auto& each : early)
            each.join();
    }
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
