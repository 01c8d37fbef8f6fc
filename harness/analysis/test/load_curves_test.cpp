#include "harness/analysis/load_curves.hpp"

#include <gtest/gtest.h>

namespace ipcmark {
namespace {

metric_summary median_of(double value) {
    metric_summary figures;
    figures.median = value;
    return figures;
}

/// One mechanism at a rate; `p99_ns` 0: it has none.
cell_result paced_cell(const std::string& mechanism, double rate, double p50_ns, double p99_ns) {
    cell_result cell;
    cell.mechanism = mechanism;
    cell.kind = pattern::paced;
    cell.payload_bytes = 64;
    cell.parameter = parameter_info{"rate_hz", rate, {}, std::nullopt};
    cell.summary.emplace_back("p50_ns", median_of(p50_ns));
    if (p99_ns > 0) cell.summary.emplace_back("p99_ns", median_of(p99_ns));
    return cell;
}

load_curve only_curve(std::vector<cell_result> cells) {
    run_result result;
    result.cells = std::move(cells);
    const auto families = load_families(result);
    EXPECT_EQ(families.size(), 1u);
    EXPECT_EQ(families.at(0).curves.size(), 1u);
    return families.at(0).curves.at(0);
}

TEST(load_curves, the_knee_is_the_first_rate_that_more_than_doubles_the_p99) {
    const auto curve =
        only_curve({paced_cell("pipe", 3e4, 50, 201), paced_cell("pipe", 1e4, 50, 100),
                    paced_cell("pipe", 2e4, 50, 200), paced_cell("pipe", 4e4, 9, 900)});
    EXPECT_EQ(curve.metric, "p99_ns");
    ASSERT_EQ(curve.points.size(), 4u);
    EXPECT_EQ(curve.points[0].cell, 1u) << "by the rate, not by the result";
    EXPECT_EQ(curve.points[0].offered_per_second, 1e4);
    EXPECT_EQ(curve.knee, 2u) << "twice is not more than twice";
}

TEST(load_curves, a_rate_that_is_not_kept_is_a_knee_however_fast) {
    auto cells = std::vector{paced_cell("pipe", 1e4, 50, 100), paced_cell("pipe", 2e4, 50, 100)};
    EXPECT_EQ(only_curve(cells).knee, std::nullopt);
    cells[1].saturated = true;
    EXPECT_EQ(only_curve(cells).knee, 1u);
    cells[0].flags = {"saturated"};
    EXPECT_EQ(only_curve(cells).knee, 0u);
    EXPECT_TRUE(only_curve(cells).points[0].saturated);
}

TEST(load_curves, a_p99_is_never_held_against_a_p50) {
    const auto curve = only_curve({paced_cell("pipe", 1e4, 50, 0), paced_cell("pipe", 2e4, 60, 900),
                                   paced_cell("pipe", 3e4, 101, 950)});
    EXPECT_EQ(curve.metric, "p50_ns");
    EXPECT_EQ(curve.knee, 2u);
}

TEST(load_curves, the_measured_rate_stands_before_the_asked_one) {
    auto by_share = paced_cell("pipe", 0, 50, 100);
    by_share.parameter = parameter_info{"load", 0.5, {}, std::nullopt};
    by_share.summary.emplace_back("offered_per_second", median_of(7e4));
    EXPECT_EQ(only_curve({by_share}).points.at(0).offered_per_second, 7e4);
    by_share.summary.pop_back();
    run_result unknown;
    unknown.cells = {by_share};
    EXPECT_TRUE(load_families(unknown).empty()) << "a share of an unknown rate is no rate";
}

TEST(load_curves, are_apart_by_place_and_payload_and_leave_out_what_did_not_end_ok) {
    run_result result;
    result.cells = {paced_cell("pipe", 1e4, 50, 100), paced_cell("ring", 1e4, 5, 10),
                    paced_cell("pipe", 1e4, 50, 100), paced_cell("pipe", 2e4, 50, 900),
                    paced_cell("null", 1e4, 1, 1),    paced_cell("pipe", 1e4, 50, 100)};
    result.cells[2].payload_bytes = 4096;
    result.cells[3].ended = status::failed;
    result.cells[5].kind = pattern::wake;
    const auto families = load_families(result);
    ASSERT_EQ(families.size(), 2u);
    ASSERT_EQ(families[0].curves.size(), 2u);
    EXPECT_EQ(families[0].curves[0].points.size(), 1u);
    EXPECT_EQ(families[0].curves[1].mechanism, "ring");
    EXPECT_EQ(families[1].payload_bytes, 4096u);
}

}  // namespace
}  // namespace ipcmark
