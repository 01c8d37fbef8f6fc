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
    EXPECT_EQ(burst_parameter.parse("8"), (std::vector<double>{8}));
    EXPECT_EQ(working_set_parameter.parse("0"), (std::vector<double>{0}));
    EXPECT_EQ(schedule_parameter.parse("poisson"), (std::vector<double>{1}));
}

TEST(parameter_test, rates_take_the_place_of_the_usual_loads) {
    parameter_request asked;
    EXPECT_EQ(paced_parameters(asked).size(), 6u);
    asked.by_name["rate_hz"] = {1'000};
    ASSERT_EQ(paced_parameters(asked).size(), 1u);
    asked.by_name["load"] = {0.5};
    EXPECT_EQ(paced_parameters(asked).size(), 2u);
}

TEST(parameter_test, a_load_is_a_share_of_a_capacity_that_must_be_known) {
    parameter_request asked;
    asked.by_name["load"] = {0.25};
    const auto quarter = paced_parameters(asked).front();
    EXPECT_TRUE(is_share_of_capacity(quarter));
    EXPECT_DOUBLE_EQ(paced_pacing(quarter, 400).rate_hz, 100);
    EXPECT_THROW(paced_pacing(quarter, std::nullopt), std::logic_error);
}

TEST(parameter_test, nonsense_is_refused_with_an_example) {
    for (const char* text : {"", "k", "0", "-5", "1e99", "10x", "nan"})
        EXPECT_THROW(parse_rate_hz(text), std::invalid_argument) << text;
    for (const char* text : {"", "0%", "100%", "..50%", "90..10%", "96..98%", "half"})
        EXPECT_THROW(parse_loads(text), std::invalid_argument) << text;
    for (const char* text : {"", "5", "1ns", "1h", "11s", "inf"})
        EXPECT_THROW(parse_gap_ns(text), std::invalid_argument) << text;
    for (const char* text : {"", "1", "5000", "8.5", "8x", "-8"})
        EXPECT_THROW(burst_parameter.parse(text), std::invalid_argument) << text;
}

TEST(parameter_test, a_pattern_without_one_has_one_cell) {
    const auto none = no_parameters({});
    ASSERT_EQ(none.size(), 1u);
    EXPECT_TRUE(none.front().name.empty());
    EXPECT_TRUE(none.front().suffix.empty());
}

TEST(parameter_test, a_poisson_schedule_is_another_cell) {
    parameter_request asked;
    asked.by_name["rate_hz"] = {1'000};
    const auto even = paced_parameters(asked);
    asked.by_name["schedule"] = {1};
    const auto uneven = paced_parameters(asked);
    EXPECT_NE(even.front().suffix, uneven.front().suffix);
    EXPECT_EQ(even.front().text, "1 k/s");
}

}  // namespace
}  // namespace ipcmark
