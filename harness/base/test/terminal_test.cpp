#include "harness/base/terminal.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/base/posix/unique_fd.hpp"

namespace ipcmark {
namespace {

/// A pseudo terminal of so many columns, with TERM and NO_COLOR as a test wants them.
class terminals : public ::testing::Test {
protected:
    void SetUp() override {
        near_ = unique_fd(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
        if (!near_ || ::grantpt(near_.get()) != 0 || ::unlockpt(near_.get()) != 0)
            GTEST_SKIP() << "no pseudo terminal to be had";
        far_ = unique_fd(::open(::ptsname(near_.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
        ASSERT_TRUE(far_);
        ::setenv("TERM", "xterm", 1);
        ::unsetenv("NO_COLOR");
    }

    void be_wide(unsigned short columns) const {
        winsize size{};
        size.ws_col = columns;
        ASSERT_EQ(::ioctl(near_.get(), TIOCSWINSZ, &size), 0);
    }

    unique_fd near_, far_;
};

TEST_F(terminals, are_coloured_unless_the_user_or_the_terminal_says_no) {
    EXPECT_TRUE(colour_wanted(far_.get()));
    ::setenv("NO_COLOR", "", 1);
    EXPECT_TRUE(colour_wanted(far_.get())) << "empty is as good as unset";
    ::setenv("NO_COLOR", "1", 1);
    EXPECT_FALSE(colour_wanted(far_.get()));
    EXPECT_TRUE(is_capable_terminal(far_.get())) << "a bar has no colour";
    for (const char* kind : {"dumb", ""}) {
        if (*kind == '\0')
            ::unsetenv("TERM");
        else
            ::setenv("TERM", kind, 1);
        EXPECT_FALSE(is_capable_terminal(far_.get())) << kind;
    }
}

TEST_F(terminals, tell_their_width) {
    ::unsetenv("COLUMNS");
    EXPECT_EQ(window_columns(far_.get()), std::nullopt) << "nobody has said";
    EXPECT_EQ(terminal_columns(far_.get()), 100u);
    be_wide(40);
    EXPECT_EQ(window_columns(far_.get()), 40u);
    EXPECT_EQ(terminal_columns(far_.get()), 60u) << "tables need some room";
    be_wide(132);
    EXPECT_EQ(terminal_columns(far_.get()), 132u);
}

TEST_F(terminals, are_as_wide_as_columns_says) {
    be_wide(132);
    for (const auto& [told, columns] :
         {std::pair{"90", 90U}, std::pair{"40", 60U}, std::pair{"0", 132U}, std::pair{"wide", 132U},
          std::pair{"99999999", 132U}}) {
        ::setenv("COLUMNS", told, 1);
        EXPECT_EQ(terminal_columns(far_.get()), columns) << told;
    }
    ::unsetenv("COLUMNS");
}

TEST(no_terminal, has_neither_colour_nor_width) {
    ::unsetenv("COLUMNS");
    const unique_fd file(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    EXPECT_FALSE(is_capable_terminal(file.get()));
    EXPECT_FALSE(colour_wanted(file.get()));
    EXPECT_EQ(window_columns(file.get()), std::nullopt);
    EXPECT_EQ(terminal_columns(file.get()), 100u);
}

TEST(wrapped, keeps_a_number_and_its_unit_together) {
    EXPECT_EQ(wrapped("it takes 110 ns, 3 % more", 0, 13), "it takes\n110 ns, 3 %\nmore");
    EXPECT_EQ(wrapped("it took 12 rounds", 0, 11), "it took 12\nrounds");
    EXPECT_EQ(wrapped("at 1.00 k/s.", 2, 9), "at\n  1.00 k/s.") << "a full stop is no part of it";
}

TEST(in_place_of_line, keeps_within_one_line) {
    EXPECT_EQ(in_place_of_line("12345", 80), "\r\x1b[K12345");
    EXPECT_EQ(in_place_of_line("12345", 5), "\r\x1b[K1234");
    EXPECT_EQ(in_place_of_line("12345", 0), "\r\x1b[K");
    EXPECT_EQ(in_place_of_line("", 80), "\r\x1b[K");
}

}  // namespace
}  // namespace ipcmark
