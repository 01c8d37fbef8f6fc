#include "reports/text.hpp"

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

#include "reports/read_result.hpp"
#include "reports/units.hpp"

namespace ipcmark {
namespace {

std::string golden(const std::string& name) {
    std::ifstream file(std::string(IPCMARK_GOLDEN "/") + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

nlohmann::ordered_json sample() {
    return read_result(IPCMARK_GOLDEN "/sample.result.json");
}

/// After a change of the tables: `ipcmark report sample.result.json --format text > sample.txt`,
/// and look at it.
TEST(text, of_the_sample_is_as_recorded) {
    EXPECT_EQ(render_text(sample(), false), golden("sample.txt"));
}

TEST(text, colour_adds_escapes_and_nothing_else) {
    std::string plain;
    const std::string coloured = render_text(sample(), true);
    for (std::size_t i = 0; i < coloured.size(); ++i) {
        if (coloured[i] == '\x1b')
            i = coloured.find('m', i);
        else
            plain += coloured[i];
    }
    EXPECT_NE(coloured, plain);
    EXPECT_EQ(plain, render_text(sample(), false));
}

TEST(text, an_incomplete_or_unoptimised_result_says_so) {
    auto result = sample();
    result["complete"] = false;
    result["incomplete_reason"] = "interrupted by a signal";
    result["build"]["optimised"] = false;
    const std::string text = render_text(result, false);
    EXPECT_NE(text.find("INCOMPLETE: interrupted by a signal\n"), std::string::npos);
    EXPECT_NE(text.find("THIS BUILD IS NOT OPTIMISED"), std::string::npos);
}

TEST(units, have_three_digits) {
    EXPECT_EQ(time_text(0.5), "0.50 ns");
    EXPECT_EQ(time_text(9.994), "9.99 ns");
    EXPECT_EQ(time_text(412), "412 ns");
    EXPECT_EQ(time_text(9312), "9.31 us");
    EXPECT_EQ(time_text(1.2e6), "1.20 ms");
    EXPECT_EQ(time_text(5e12), "5000 s");
    EXPECT_EQ(bandwidth_text(4.12e9), "4.12 GB/s");
    EXPECT_EQ(rate_text(2.41e6), "2.41 M/s");
    EXPECT_EQ(number_text(2), "2.00");
    EXPECT_EQ(number_text(0), "0");
    EXPECT_EQ(number_text(0.0012), "0.0012");
}

TEST(units, never_show_a_thousand_of_a_smaller_one) {
    for (double ns = 0.001; ns < 1e12; ns *= 1.07)
        EXPECT_EQ(time_text(ns).find("1000"), std::string::npos) << ns;
}

}  // namespace
}  // namespace ipcmark
