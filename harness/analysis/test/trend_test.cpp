#include "harness/analysis/trend.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

class made_history {
public:
    explicit made_history(std::size_t count) : random_(3) {
        for (std::size_t i = 0; i < count; ++i) {
            past_run run;
            run.id = static_cast<std::int64_t>(i + 1);
            run.fingerprint = 1;
            runs.push_back(run);
        }
    }

    /// Noise of 2 % around a level.
    past_series series(const std::string& cell, const std::string& metric = "p50_ns",
                       double level = 10'000) {
        past_series one;
        one.id = ++last_id_;
        one.cell = cell;
        one.metric = metric;
        for (std::size_t i = 0; i < runs.size(); ++i) {
            one.runs.push_back(i);
            one.figures.push_back(level * std::exp(0.02 * random_.normal()));
            one.golden.push_back(0);
        }
        return one;
    }

    static void scale(past_series& series, std::size_t from, std::size_t to, double by) {
        for (std::size_t i = from; i < to; ++i)
            series.figures[i] *= by;
    }

    std::vector<trend> search(std::vector<past_series> all, unsigned threads = 2) const {
        trend_rule rule;
        rule.threads = threads;
        trend_search search(runs, rule);
        for (auto& each : all)
            search.add(std::move(each));
        return search.finish();
    }

    std::vector<past_run> runs;

private:
    simulate::source random_;
    std::int64_t last_id_ = 0;
};

TEST(trend, of_five_percent_is_a_change_with_the_runs_around_it) {
    made_history history(80);
    auto one = history.series("round_trip/pipe/64/cross");
    made_history::scale(one, 60, 80, 1.05);
    const auto found = history.search({one});
    ASSERT_EQ(found.size(), 1U);
    ASSERT_EQ(found[0].changes.size(), 1U);
    const trend_change& change = found[0].changes[0];
    EXPECT_TRUE(change.worse);
    EXPECT_NEAR(change.ratio, 1.05, 0.02);
    EXPECT_NEAR(static_cast<double>(change.first_bad), 60, 2);
    EXPECT_EQ(change.last_good + 1, change.first_bad);
    EXPECT_LE(change.adjusted_p, 0.05);
    EXPECT_EQ(found[0].segments.size(), 2U);
    EXPECT_FALSE(change.undone_by);
}

TEST(trend, of_a_rate_that_falls_is_worse) {
    made_history history(80);
    auto one = history.series("one_way/pipe/64/cross", "messages_per_second");
    one.kind = pattern::one_way;
    made_history::scale(one, 40, 80, 0.9);
    const auto found = history.search({one});
    ASSERT_EQ(found[0].changes.size(), 1U);
    EXPECT_TRUE(found[0].changes[0].worse);
    EXPECT_NEAR(found[0].changes[0].ratio, 0.9, 0.02);
}

TEST(trend, below_the_margin_is_none) {
    made_history history(300);
    auto one = history.series("round_trip/pipe/64/cross");
    made_history::scale(one, 150, 300, 1.02);
    EXPECT_TRUE(history.search({one})[0].changes.empty());
}

TEST(trend, is_broken_where_the_machine_changes) {
    made_history history(80);
    for (std::size_t i = 40; i < 80; ++i)
        history.runs[i].fingerprint = 2;
    auto one = history.series("round_trip/pipe/64/cross");
    made_history::scale(one, 40, 80, 1.5);
    const auto found = history.search({one});
    EXPECT_TRUE(found[0].changes.empty());
    ASSERT_EQ(found[0].epochs.size(), 2U);
    EXPECT_EQ(found[0].epochs[1].first, 40U);
}

TEST(trend, against_a_golden_build_is_free_of_the_machines_drift) {
    made_history history(100);
    for (auto& run : history.runs)
        run.golden = 7;
    auto drifting = history.series("round_trip/pipe/64/cross");
    auto worse = history.series("round_trip/fifo/64/cross");
    for (past_series* each : {&drifting, &worse})
        for (std::size_t i = 0; i < 100; ++i) {
            const double drift = i < 50 ? 1 : 1.3;
            each->figures[i] *= drift;
            each->golden[i] = 9'000 * drift;
        }
    made_history::scale(worse, 70, 100, 1.08);
    const auto found = history.search({drifting, worse});
    EXPECT_TRUE(found[0].changes.empty());
    ASSERT_EQ(found[1].changes.size(), 1U);
    EXPECT_NEAR(static_cast<double>(found[1].changes[0].first_bad), 70, 2);
}

TEST(trend, that_comes_back_is_undone) {
    made_history history(120);
    auto one = history.series("round_trip/pipe/64/cross");
    made_history::scale(one, 40, 80, 1.2);
    const auto found = history.search({one});
    ASSERT_EQ(found[0].changes.size(), 2U);
    ASSERT_TRUE(found[0].changes[0].undone_by);
    EXPECT_EQ(*found[0].changes[0].undone_by, found[0].changes[1].first_bad);
}

TEST(trend, of_switches_that_are_almost_none_may_double) {
    made_history history(60);
    auto one = history.series("round_trip/pipe/64/cross", "switches_per_message", 0.0001);
    made_history::scale(one, 30, 60, 2);
    EXPECT_TRUE(history.search({one})[0].changes.empty());
}

TEST(trend, of_what_is_not_judged_is_left_out) {
    made_history history(60);
    EXPECT_TRUE(history.search({history.series("round_trip/pipe/64/cross", "max_ns")}).empty());
}

TEST(trend, does_not_depend_on_other_cells_or_threads) {
    made_history history(80);
    auto one = history.series("round_trip/pipe/64/cross");
    made_history::scale(one, 40, 80, 1.15);
    std::vector<past_series> many;
    for (int i = 0; i < 70; ++i)
        many.push_back(history.series("round_trip/m" + std::to_string(i) + "/64/cross"));
    many.push_back(one);
    const auto with_others = history.search(many, 2);
    const auto alone = history.search({one}, 1);
    ASSERT_EQ(with_others.back().changes.size(), 1U);
    ASSERT_EQ(alone[0].changes.size(), 1U);
    EXPECT_EQ(with_others.back().changes[0].first_bad, alone[0].changes[0].first_bad);
    EXPECT_EQ(with_others.back().changes[0].ratio, alone[0].changes[0].ratio);
}

/// What a nightly job sees: 40 cells of noise, some of it correlated, night after night.
TEST(trend, of_a_whole_history_of_noise_raises_no_alarm) {
    constexpr int histories = 40;
    int alarms = 0;
    for (int h = 0; h < histories; ++h) {
        made_history history(60);
        simulate::source random(static_cast<std::uint64_t>(h) + 1);
        std::vector<past_series> all;
        for (int cell = 0; cell < 40; ++cell) {
            auto one = history.series("round_trip/m" + std::to_string(cell) + "/64/cross");
            simulate::ar1 noise(random, 0.3);
            for (double& figure : one.figures)
                figure = 10'000 * std::exp(0.05 * noise.next());
            all.push_back(std::move(one));
        }
        for (const trend& each : history.search(std::move(all)))
            if (!each.changes.empty()) {
                ++alarms;
                break;
            }
    }
    // The 99 % bound of one in twenty.
    EXPECT_LE(alarms, 6) << "of " << histories << " histories of 40 cells";
}

}  // namespace
}  // namespace ipcmark
