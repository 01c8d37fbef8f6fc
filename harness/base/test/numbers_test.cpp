#include "harness/base/numbers.hpp"

#include <gtest/gtest.h>

namespace ipcmark {
namespace {

TEST(numbers, a_whole_number_is_the_whole_text) {
    EXPECT_EQ(whole_number("-12"), -12);
    EXPECT_EQ(whole_number<unsigned>("12"), 12u);
    for (const char* text : {"", " 1", "1 ", "+1", "1.0", "1k", "0x1", "99999999999999999999"})
        EXPECT_FALSE(whole_number(text)) << text;
    EXPECT_FALSE(whole_number<unsigned>("-1"));
    EXPECT_FALSE(whole_number<std::uint8_t>("256"));
}

TEST(numbers, bounds_are_told) {
    EXPECT_EQ(whole_number("2", 2, 64), 2);
    EXPECT_EQ(whole_number("64", 2, 64), 64);
    const auto complaint = [](const char* text) {
        try {
            whole_number(text, 2, 64, "processes");
        } catch (const std::invalid_argument& e) {
            return std::string(e.what());
        }
        return std::string();
    };
    EXPECT_EQ(complaint("1"), "'1': a whole number of processes from 2 to 64 is needed");
    EXPECT_EQ(complaint("65"), "'65': a whole number of processes from 2 to 64 is needed");
    EXPECT_NE(complaint("x"), "");
}

}  // namespace
}  // namespace ipcmark
