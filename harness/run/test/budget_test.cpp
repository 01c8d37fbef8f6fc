#include "harness/run/budget.hpp"

#include <gtest/gtest.h>

#include "harness/stats/order.hpp"
#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

std::uint64_t turns_between(const repetition_budget& budget, std::size_t cell, std::uint64_t first,
                            std::uint64_t end) {
    std::uint64_t turns = 0;
    for (std::uint64_t round = first; round < end; ++round)
        turns += budget.takes_part(cell, round);
    return turns;
}

TEST(budget, every_cell_gets_the_least_rounds_first) {
    const repetition_budget budget(3, {});
    for (std::size_t cell = 0; cell < 3; ++cell)
        EXPECT_EQ(turns_between(budget, cell, 0, 6), 6u);
    EXPECT_FALSE(budget.is_checkpoint(5));
    for (const std::uint64_t round : {6u, 11u, 16u})
        EXPECT_TRUE(budget.is_checkpoint(round)) << round;
    EXPECT_FALSE(budget.is_checkpoint(12));
}

TEST(budget, turns_go_with_the_square_of_the_width_and_nobody_gets_none) {
    repetition_budget budget(4, {});
    budget.checkpoint(6, {{6, 0.20, false}, {6, 0.155, false}, {6, 0.05, false}, {6, {}, false}});
    EXPECT_EQ(turns_between(budget, 0, 6, 11), 5u);
    EXPECT_EQ(turns_between(budget, 1, 6, 11), 3u);  // 5 * 0.155^2 / 0.2^2
    EXPECT_EQ(turns_between(budget, 2, 6, 11), 2u);
    EXPECT_EQ(turns_between(budget, 3, 6, 11), 5u);  // without an interval: as the widest
}

TEST(budget, one_lucky_narrow_interval_does_not_stop_a_cell) {
    repetition_budget budget(1, {});
    budget.checkpoint(6, {{6, 0.02, false}});
    EXPECT_FALSE(budget.all_rest());
    EXPECT_GE(turns_between(budget, 0, 6, 11), 2u);
    budget.checkpoint(11, {{11, 0.05, false}});
    budget.checkpoint(16, {{16, 0.02, false}});
    EXPECT_FALSE(budget.all_rest());
    budget.checkpoint(21, {{21, 0.02, false}});
    EXPECT_TRUE(budget.all_rest());
    EXPECT_EQ(turns_between(budget, 0, 21, 26), 0u);
    budget.checkpoint(26, {{21, 0.09, false}});
    EXPECT_TRUE(budget.all_rest());  // it does not come back
}

TEST(budget, the_most_repetitions_and_a_failure_end_a_cell) {
    repetition_budget budget(3, {6, 5, 20, 0.03});
    budget.checkpoint(16, {{16, 0.5, false}, {20, 0.5, false}, {16, 0.5, true}});
    EXPECT_EQ(turns_between(budget, 0, 16, 21), 4u);  // up to twenty
    EXPECT_EQ(turns_between(budget, 1, 16, 21), 0u);
    EXPECT_EQ(turns_between(budget, 2, 16, 21), 0u);
    EXPECT_FALSE(budget.all_rest());
}

TEST(budget, the_fewest_turns_of_a_stretch_are_spread_over_its_rounds) {
    repetition_budget budget(6, {});
    std::vector<cell_progress> progress(6, {6, 0.01, false});
    progress[0].half_width = 0.3;
    budget.checkpoint(6, progress);
    for (std::uint64_t round = 6; round < 11; ++round) {
        std::size_t cells = 0;
        for (std::size_t cell = 1; cell < 6; ++cell)
            cells += budget.takes_part(cell, round);
        EXPECT_EQ(cells, 2u) << round;
    }
}

TEST(budget, the_width_is_of_the_median_and_missing_below_six_repetitions) {
    EXPECT_FALSE(relative_half_width({1, 2, 3, 4, 5}));
    EXPECT_NEAR(*relative_half_width({90, 95, 99, 101, 105, 110}), 0.1, 1e-12);
    EXPECT_FALSE(relative_half_width({0, 0, 0, 0, 0, 0}));
}

/// Runs a run of cells with known medians under the rule until all rest. What disturbs a cell goes
/// on over the rounds as an AR(1), whether or not the cell takes part.
struct run_simulation {
    std::vector<double> deviations;
    std::vector<std::vector<double>> values;

    run_simulation(simulate::source& random, std::vector<double> of, const budget_rule& rule,
                   double phi = 0)
        : deviations(std::move(of)), values(deviations.size()) {
        std::vector<simulate::ar1> machine;
        for (std::size_t i = 0; i < deviations.size(); ++i)
            machine.emplace_back(random, phi);
        repetition_budget budget(deviations.size(), rule);
        for (std::uint64_t round = 0; round < 500; ++round) {
            if (budget.is_checkpoint(round)) {
                std::vector<cell_progress> progress;
                for (const auto& seen : values)
                    progress.push_back({seen.size(), relative_half_width(seen), false});
                budget.checkpoint(round, progress);
            }
            if (budget.all_rest()) return;
            for (std::size_t cell = 0; cell < values.size(); ++cell) {
                const double figure = 100 * std::exp(deviations[cell] * machine[cell].next());
                if (budget.takes_part(cell, round)) values[cell].push_back(figure);
            }
        }
    }
};

TEST(budget, noisier_cells_get_more_repetitions) {
    simulate::source random(71);
    double quiet = 0;
    double loud = 0;
    for (int i = 0; i < 200; ++i) {
        const run_simulation run(random, {0.01, 0.06, 0.3}, {});
        quiet += static_cast<double>(run.values[0].size());
        loud += static_cast<double>(run.values[1].size());
        EXPECT_EQ(run.values[2].size(), 60u);
    }
    EXPECT_LE(quiet / 200, 12);
    EXPECT_GE(loud / 200, 2 * quiet / 200);
}

/// Share of the intervals that hold the true median.
double coverage_under(const budget_rule& rule, double phi) {
    constexpr int runs = 2'000;
    simulate::source random(72);
    int held = 0;
    int intervals = 0;
    for (int i = 0; i < runs; ++i) {
        const run_simulation run(random, {0.02, 0.05, 0.08}, rule, phi);
        for (const auto& values : run.values) {
            const auto seen = summarise(values);
            held += *seen->low <= 100 && 100 <= *seen->high;
            ++intervals;
        }
    }
    return static_cast<double>(held) / intervals;
}

TEST(budget, intervals_keep_their_coverage_although_their_width_decides_when_to_stop) {
    // The order-statistics interval promises 95 to 97.9 % between 6 and 60 repetitions.
    const double share = coverage_under({}, 0);
    EXPECT_GE(share, 0.93);
    EXPECT_LE(share, 0.98);
}

TEST(budget, intervals_keep_their_coverage_where_repetitions_depend_on_those_before) {
    for (const std::uint64_t most : {20u, 40u}) {
        budget_rule rule;
        rule.most_repetitions = most;
        EXPECT_GE(coverage_under(rule, 0.5), 0.90) << most;
    }
}

TEST(budget, the_sentence_tells_the_rule_that_is_followed) {
    budget_rule rule;
    rule.stretch_rounds = 7;
    rule.target = 0.04;
    rule.most_repetitions = 33;
    const std::string sentence = budget_sentence(rule);
    for (const char* part : {"6 rounds of every cell", "every 7 rounds", "4 %", "33 repetitions"})
        EXPECT_NE(sentence.find(part), std::string::npos) << part << " in " << sentence;
}

}  // namespace
}  // namespace ipcmark
