#include "harness/base/posix/descriptor_message.hpp"

#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <iterator>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark {
namespace {

class descriptors : public testing::Test {
protected:
    descriptors() {
        int ends[2];
        checked(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair");
        ours.reset(ends[0]);
        theirs.reset(ends[1]);
    }
    static std::ptrdiff_t open_here() {
        namespace fs = std::filesystem;
        return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator{});
    }
    unique_fd ours;
    unique_fd theirs;
};

TEST_F(descriptors, arrive_as_the_same_object_and_leak_nowhere) {
    const unique_fd counter(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"));
    const auto before = open_here();
    for (int i = 0; i < 3'000; ++i) {
        descriptor_message().send(ours.get(), counter.get());
        const unique_fd same = descriptor_message().receive(theirs.get());
        ASSERT_EQ(::eventfd_write(same.get(), 1), 0);
        ASSERT_EQ(::fcntl(same.get(), F_GETFD), FD_CLOEXEC);
    }
    EXPECT_EQ(open_here(), before);
    eventfd_t count = 0;
    EXPECT_EQ(::eventfd_read(counter.get(), &count), 0);
    EXPECT_EQ(count, 3'000u);
}

TEST_F(descriptors, end_when_the_peer_closes) {
    ours.reset();
    EXPECT_FALSE(descriptor_message().receive(theirs.get()));
}

TEST_F(descriptors, that_find_no_place_are_reported) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "the sanitizers need descriptors of their own to look at an exception";
#endif
    rlimit files{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
    descriptor_message().send(ours.get(), ours.get());
    const unique_fd next_free(::dup(0));
    const rlimit full{static_cast<rlim_t>(next_free.get()), files.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &full), 0);
    EXPECT_THROW(descriptor_message().receive(theirs.get()), call_failed);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0);
}

TEST_F(descriptors, are_not_made_up_for_a_message_without) {
    ASSERT_EQ(::send(ours.get(), "x", 1, 0), 1);
    EXPECT_THROW(descriptor_message().receive(theirs.get()), call_failed);
}

}  // namespace
}  // namespace ipcmark
