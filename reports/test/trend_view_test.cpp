#include "reports/view/trend_view.hpp"

#include <gtest/gtest.h>

#include "reports/view/history_view.hpp"

namespace ipcmark {
namespace {

std::vector<past_run> nights(std::size_t count, std::size_t another_machine_from) {
    std::vector<past_run> runs;
    for (std::size_t i = 0; i < count; ++i) {
        past_run run;
        run.id = static_cast<std::int64_t>(i + 1);
        run.started = "2026-01-01T00:00:00+00:00";
        run.file = std::to_string(i + 1) + ".json";
        run.fingerprint = i < another_machine_from ? 1 : 2;
        runs.push_back(run);
    }
    return runs;
}

const std::vector<fingerprint_facts> two_machines{
    {1, "sha256:1", {{"identity", {{"kernel_release", "6.12"}}}, {"ipc_limits", tree::object()}}},
    {2, "sha256:2", {{"identity", {{"kernel_release", "6.18"}}}, {"ipc_limits", tree::object()}}}};

past_series steps(std::size_t count, std::size_t worse_from) {
    past_series one;
    one.id = 7;
    one.cell = "round_trip/pipe/64/cross";
    one.metric = "p50_ns";
    for (std::size_t i = 0; i < count; ++i) {
        one.runs.push_back(i);
        one.figures.push_back(i < worse_from ? 1'000 : 1'100);
        one.golden.push_back(0);
    }
    return one;
}

kept_change worse_at(std::size_t run) {
    kept_change change;
    change.id = 3;
    change.series = 7;
    change.cell = "round_trip/pipe/64/cross";
    change.metric = "p50_ns";
    change.last_good = static_cast<std::int64_t>(run);
    change.first_bad = static_cast<std::int64_t>(run + 1);
    change.ratio = 1.1;
    change.worse = change.decides = true;
    return change;
}

TEST(trend_view, has_levels_between_changes_and_breaks) {
    const auto view = trend_view_of(nights(30, 20), two_machines, {worse_at(10)}, {steps(30, 10)});
    ASSERT_EQ(view.lines.size(), 1U);
    const trend_line& line = view.lines[0];
    ASSERT_EQ(line.levels.size(), 3U);
    EXPECT_EQ(line.levels[0].last, 9U);
    EXPECT_EQ(line.levels[0].ratio, 1);
    EXPECT_EQ(line.levels[1].first, 10U);
    EXPECT_NEAR(line.levels[1].ratio, 1.1, 1e-3);
    EXPECT_EQ(line.levels[2].first, 20U);
    EXPECT_NEAR(*line.ratios[15], 1.1, 1e-3);
    EXPECT_EQ(*line.figures[15], 1'100);
    ASSERT_EQ(view.breaks.size(), 1U);
    EXPECT_EQ(view.breaks[0].column, 20U);
    EXPECT_EQ(view.breaks[0].text, "kernel_release 6.12 -> 6.18");
    ASSERT_EQ(line.changes.size(), 1U);
    EXPECT_EQ(line.changes[0].column, 10U);
    EXPECT_EQ(line.changes[0].state, "detected");
}

TEST(trend_view, that_is_ignored_parts_no_levels) {
    auto ignored = worse_at(10);
    ignored.state = change_state::ignored;
    const auto view = trend_view_of(nights(20, 20), two_machines, {ignored}, {steps(20, 20)});
    EXPECT_EQ(view.lines[0].levels.size(), 1U);
    EXPECT_EQ(view.lines[0].changes[0].state, "ignored");
}

TEST(trend_view, of_many_runs_has_few_columns_and_never_one_across_a_break) {
    const auto view = trend_view_of(nights(5'000, 1'234), two_machines, {}, {steps(5'000, 1'234)});
    EXPECT_LE(view.columns.size(), 202U);
    for (const auto& each : view.lines[0].ratios)
        EXPECT_TRUE(*each == 1 || std::abs(*each - 1.1) < 1e-3) << *each;
}

TEST(history_view, counts_what_is_open_and_says_how_to_confirm_it) {
    auto runs = nights(20, 20);
    for (auto& run : runs)
        run.revision = "rev" + run.file;
    const auto every = [](const std::string&) { return true; };
    auto change = worse_at(10);
    const auto view = view_of_history(runs, two_machines, {change}, every);
    EXPECT_EQ(view.open, 1U);
    EXPECT_EQ(
        view.changes[0].confirm,
        "ipcmark ab --a rev10.json --b rev11.json --build COMMAND --built FILE --pattern "
        "round_trip --mechanism pipe --payload 64 --placement cross --json ab.json && ipcmark "
        "history confirm 3 --ab ab.json");
    change.state = change_state::accepted;
    EXPECT_EQ(view_of_history(runs, two_machines, {change}, every).open, 0U);
    EXPECT_TRUE(view_of_history(runs, two_machines, {change}, [](const std::string&) {
                    return false;
                }).changes.empty());
}

}  // namespace
}  // namespace ipcmark
