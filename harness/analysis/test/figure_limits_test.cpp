#include "harness/analysis/figure_limits.hpp"

#include <gtest/gtest.h>
#include <stdexcept>

namespace ipcmark {
namespace {

run_result with(const std::string& name, const std::string& metric, double low, double median,
                double high) {
    run_result result;
    cell_result& cell = result.cells.emplace_back();
    cell.name = name;
    metric_summary figures;
    figures.median = median;
    figures.low = low;
    figures.high = high;
    cell.summary.emplace_back(metric, figures);
    return result;
}

limit_outcome outcome(const run_result& result, const char* limit) {
    const auto all = judge_limits(result, {parse_limit(limit)});
    EXPECT_EQ(all.size(), 1u);
    return all.at(0).outcome;
}

TEST(figure_limits, are_met_or_missed_by_the_whole_interval) {
    const auto result = with("round_trip/mine/64/cross", "p99_ns", 40e3, 45e3, 48e3);
    EXPECT_EQ(outcome(result, "round_trip/mine/64: p99 < 50us"), limit_outcome::met);
    EXPECT_EQ(outcome(result, "round_trip/mine/64: p99 < 0.046 ms"), limit_outcome::unproven);
    EXPECT_EQ(outcome(result, "round_trip/mine/64: p99 < 30us"), limit_outcome::missed);
    EXPECT_EQ(outcome(result, "round_trip/mine/64: p99_ns > 30us"), limit_outcome::met);
    EXPECT_EQ(judge_limits(result, {parse_limit("mine: p99 < 30us")}).at(0).sentence,
              "Limit missed: mine: p99 < 30us: p99 of round_trip/mine/64/cross is 45us [40us .. "
              "48us]");
}

TEST(figure_limits, a_name_ends_at_a_slash_and_an_absent_figure_is_told) {
    const auto result = with("round_trip/mine/640/cross", "p99_ns", 1, 2, 3);
    EXPECT_EQ(outcome(result, "round_trip/mine/64: p99 < 50us"), limit_outcome::absent);
    EXPECT_EQ(outcome(result, "mine/640: p90 < 50us"), limit_outcome::absent);
    EXPECT_EQ(outcome(result, ".*: p99 < 50us"), limit_outcome::met);
}

TEST(figure_limits, values_have_the_units_of_their_metric) {
    EXPECT_DOUBLE_EQ(parse_limit("x: messages > 10k").value, 10'000);
    EXPECT_DOUBLE_EQ(parse_limit("x: bytes_per_second > 2G").value, 2e9);
    EXPECT_DOUBLE_EQ(parse_limit("x: lost_share < 5%").value, 0.05);
    EXPECT_DOUBLE_EQ(parse_limit("x: switches < 2.1").value, 2.1);
    for (const char* text :
         {"x", "x: p99", "p99 < 5us", "x: p99 < 5", "x: p99 < many", "x: p < 5us", "x: speed < 5us",
          "x(: p99 < 5us", "x: messages > 5us", "x: p99 < -5us"})
        EXPECT_THROW(parse_limit(text), std::invalid_argument) << text;
}

}  // namespace
}  // namespace ipcmark
