#include "harness/contract/parameter.hpp"

#include <gtest/gtest.h>
#include <stdexcept>

namespace ipcmark {
namespace {

TEST(parameter_test, rates_loads_and_silences_are_read_with_their_units) {
    EXPECT_DOUBLE_EQ(parse_rate_hz("500"), 500);
    EXPECT_DOUBLE_EQ(parse_rate_hz("10k"), 10'000);
    EXPECT_DOUBLE_EQ(parse_rate_hz("2.5M"), 2'500'000);
    EXPECT_EQ(parse_loads("50%"), (std::vector<double>{0.5}));
    EXPECT_EQ(parse_loads("10..95%"), (std::vector<double>{0.1, 0.25, 0.5, 0.75, 0.9, 0.95}));
    EXPECT_EQ(parse_loads("40..80%"), (std::vector<double>{0.5, 0.75}));
    EXPECT_DOUBLE_EQ(parse_gap_ns("10us"), 10'000);
    EXPECT_DOUBLE_EQ(parse_gap_ns("0.1s"), 1e8);
    EXPECT_DOUBLE_EQ(parse_count("8", "messages", 2, 4096), 8);
}

TEST(parameter_test, nonsense_is_refused_with_an_example) {
    for (const char* text : {"", "k", "0", "-5", "1e99", "10x", "nan"})
        EXPECT_THROW(parse_rate_hz(text), std::invalid_argument) << text;
    for (const char* text : {"", "0%", "100%", "..50%", "90..10%", "96..98%", "half"})
        EXPECT_THROW(parse_loads(text), std::invalid_argument) << text;
    for (const char* text : {"", "5", "1ns", "1h", "11s", "inf"})
        EXPECT_THROW(parse_gap_ns(text), std::invalid_argument) << text;
    for (const char* text : {"", "1", "5000", "8.5", "8x", "-8"})
        EXPECT_THROW(parse_count(text, "messages", 2, 4096), std::invalid_argument) << text;
}

TEST(parameter_test, a_pattern_without_one_has_one_cell) {
    const auto none = parameters_of(pattern::round_trip, {});
    ASSERT_EQ(none.size(), 1u);
    EXPECT_TRUE(none.front().name.empty());
    EXPECT_TRUE(none.front().suffix.empty());
}

TEST(parameter_test, a_poisson_schedule_is_another_cell) {
    parameter_request asked;
    asked.rates_hz = {1'000};
    const auto even = parameters_of(pattern::paced, asked);
    asked.poisson = true;
    const auto uneven = parameters_of(pattern::paced, asked);
    EXPECT_NE(even.front().suffix, uneven.front().suffix);
    EXPECT_EQ(even.front().text, "1 k/s");
}

}  // namespace
}  // namespace ipcmark
