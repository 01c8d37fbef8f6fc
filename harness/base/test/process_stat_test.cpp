#include "harness/base/process_stat.hpp"

#include <gtest/gtest.h>

namespace ipcmark {
namespace {

TEST(process_stat, is_read_behind_the_last_bracket_of_the_name) {
    const auto found = process_stat::parse("7 (a) b) S 1 2 3");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->name(), "a) b");
    EXPECT_EQ(found->field(process_stat::parent), 1);
    EXPECT_EQ(found->field(6), 3);
    EXPECT_FALSE(found->field(3)) << "a letter";
    EXPECT_FALSE(found->field(process_stat::last_cpu));
    EXPECT_FALSE(process_stat::parse("torn"));
    EXPECT_FALSE(process_stat::parse(")("));
    EXPECT_FALSE(process_stat::parse(""));
}

}  // namespace
}  // namespace ipcmark
