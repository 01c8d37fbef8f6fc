#include "harness/analysis/calibration.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include "harness/analysis/calibration_block.hpp"
#include "harness/analysis/paired_figures.hpp"
#include "harness/result/metrics.hpp"
#include "harness/stats/decision.hpp"
#include "harness/stats/hodges_lehmann.hpp"
#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

std::vector<double> noise(double deviation, std::size_t rounds, std::uint64_t seed) {
    simulate::source random(seed);
    std::vector<double> log_ratios(rounds);
    for (double& value : log_ratios)
        value = deviation * random.normal();
    return log_ratios;
}

const detectable_change* at(const std::vector<detectable_change>& list, std::size_t repetitions) {
    for (const auto& each : list)
        if (each.repetitions == repetitions) return &each;
    return nullptr;
}

TEST(calibration, the_smallest_change_found_shrinks_with_the_repetitions_and_grows_with_the_noise) {
    const auto quiet = calibrate({{"c", "p50_ns", 0.05, true, noise(0.02, 40, 61)}}, 20, 1);
    const auto loud = calibrate({{"c", "p50_ns", 0.05, true, noise(0.10, 40, 61)}}, 20, 1);
    EXPECT_EQ(at(quiet.detectable, 5), nullptr);  // five pairs cannot be significant
    ASSERT_NE(at(quiet.detectable, 10), nullptr);
    EXPECT_GT(at(quiet.detectable, 10)->ratio, at(quiet.detectable, 20)->ratio);
    EXPECT_GT(at(quiet.detectable, 20)->ratio, at(quiet.detectable, 40)->ratio);
    EXPECT_GT(at(loud.detectable, 20)->ratio, at(quiet.detectable, 20)->ratio);
    EXPECT_GE(at(quiet.detectable, 20)->gate_ratio, 1.05);
    EXPECT_GT(loud.cells[0].spread, quiet.cells[0].spread);
    EXPECT_GT(quiet.cells[0].single_spread, quiet.cells[0].spread);
}

TEST(calibration, the_change_it_names_is_found_in_about_four_of_five_fresh_runs) {
    constexpr int runs = 1'500;
    const double deviation = 0.06;
    // 400 rounds, so that the recorded noise itself is close to the true one.
    const auto figures =
        calibrate({{"c", "p50_ns", 0.05, true, noise(deviation, 400, 62)}}, 20, 2, 1'000);
    const detectable_change named = *at(figures.detectable, 20);
    int found = 0;
    int gated = 0;
    for (int i = 0; i < runs; ++i) {
        auto log_ratios = noise(deviation, 20, 1'000 + static_cast<std::uint64_t>(i));
        auto for_the_gate = log_ratios;
        for (double& value : log_ratios)
            value += std::log(named.ratio);
        for (double& value : for_the_gate)
            value += std::log(named.gate_ratio);
        found += *estimate_shift(log_ratios).low > 0;
        gated += decide({{for_the_gate, 0.05}}).front().verdict == change::regressed;
    }
    EXPECT_NEAR(static_cast<double>(found) / runs, 0.8, 0.06);
    EXPECT_NEAR(static_cast<double>(gated) / runs, 0.8, 0.06);
}

TEST(calibration, identical_cells_give_few_false_alarms_and_different_ones_are_noticed) {
    const auto honest = calibrate({{"a", "p50_ns", 0.05, true, noise(0.05, 20, 63)},
                                   {"b", "p50_ns", 0.05, true, noise(0.15, 20, 64)}},
                                  20, 3);
    EXPECT_LE(honest.false_alarm_rate, 0.02);
    EXPECT_EQ(honest.comparisons, 800u);
    EXPECT_EQ(honest.recorded_alarms, 0u);
    auto biased = noise(0.02, 20, 65);
    for (double& value : biased)
        value += 0.2;
    EXPECT_EQ(calibrate({{"a", "p50_ns", 0.05, true, biased}}, 20, 3).recorded_alarms, 1u);
}

TEST(calibration, a_seed_gives_the_same_figures_again_and_secondary_metrics_stay_apart) {
    const std::vector<identical_pair> series{{"a", "p50_ns", 0.05, true, noise(0.02, 20, 66)},
                                             {"a", "p99_ns", 0.15, false, noise(0.50, 20, 67)}};
    const auto once = calibrate(series, 20, 4, 100);
    const auto again = calibrate(series, 20, 4, 100);
    EXPECT_EQ(once.false_alarm_rate, again.false_alarm_rate);
    EXPECT_EQ(once.detectable.front().ratio, again.detectable.front().ratio);
    EXPECT_EQ(once.detectable.back().ratio, once.cells[0].detectable.back().ratio);
    EXPECT_GT(once.cells[1].detectable.back().ratio, once.detectable.back().ratio);
    EXPECT_EQ(once.by_metric.size(), 1u);
    EXPECT_EQ(once.by_metric.at("p50_ns").back().ratio, once.detectable.back().ratio);
    EXPECT_TRUE(calibrate({}, 20, 4).detectable.empty());
}

TEST(calibration, kinds_of_cells_have_limits_of_their_own) {
    const auto figures = calibrate({{"a", "p50_ns", 0.05, true, noise(0.02, 20, 68), 0, "spins"},
                                    {"b", "p50_ns", 0.05, true, noise(0.15, 20, 69), 0, "sleeps"},
                                    {"c", "p50_ns", 0.05, true, noise(0.15, 20, 70), 0, "sleeps"}},
                                   20, 5);
    const double spins = at(figures.by_kind.at("spins").at("p50_ns"), 20)->ratio;
    const double sleeps = at(figures.by_kind.at("sleeps").at("p50_ns"), 20)->ratio;
    EXPECT_EQ(spins, at(figures.cells[0].detectable, 20)->ratio);
    EXPECT_GT(sleeps - 1, 3 * (spins - 1));
    const std::string text = calibration_text(figures, 20, {40, 0});
    EXPECT_NE(text.find("None of the 40 repetitions was disturbed"), std::string::npos) << text;
    EXPECT_NE(text.find("in p50 of pairs that spin are noise"), std::string::npos) << text;
    EXPECT_NE(text.find("in p50 of pairs that sleep are noise"), std::string::npos) << text;
}

/// One round of both variants of a cell; no figure below 0.
void add_round(paired_figures& to, const std::string& cell, std::uint64_t round, double switches,
               std::array<double, 2> p50) {
    for (const std::size_t variant : {0u, 1u}) {
        repetition_record record;
        record.cell = cell;
        for (const metric& each : all_metrics())
            record.metrics[std::string(each.key)] = std::nullopt;
        if (p50[variant] > 0) record.metrics["p50_ns"] = p50[variant];
        record.metrics["voluntary_switches_per_message"] = switches;
        to.add(record, round, variant);
    }
}

TEST(paired_figures, a_round_without_a_figure_is_counted_and_the_others_are_used) {
    paired_figures records;
    const std::string often = "round_trip/pipe/64/l3";
    const std::string seldom = "round_trip/tcp/64/same_cpu";
    const std::string spinning = "round_trip/ring/64/l3";
    for (std::uint64_t round = 0; round < 8; ++round) {
        add_round(records, often, round, 2, {100, round == 3 ? -1.0 : 110});
        add_round(records, seldom, round, 2, {100, round < 4 ? -1.0 : 100});
        add_round(records, spinning, round, 0, {100, 100});
    }
    const auto pairs = records.log_ratios({often, seldom, spinning}, 8);
    ASSERT_EQ(pairs.size(), 3u);
    EXPECT_EQ(pairs[0].log_ratios.size(), 7u);
    EXPECT_EQ(pairs[0].missing, 1u);
    EXPECT_EQ(pairs[0].kind, "sleeps");
    EXPECT_EQ(pairs[1].missing, 4u);
    EXPECT_EQ(pairs[1].kind, "same_cpu");
    EXPECT_EQ(pairs[2].kind, "spins");
    const auto figures = calibrate(pairs, 20, 6, 50);
    ASSERT_EQ(figures.cells.size(), 2u);
    EXPECT_EQ(figures.cells[0].rounds, 7u);
    ASSERT_EQ(figures.too_short.size(), 1u);
    EXPECT_EQ(figures.too_short[0].cell, seldom);
    const std::string text = calibration_text(figures, 8, {16, 3});
    EXPECT_NE(text.find("20 reps"), std::string::npos) << text;
    EXPECT_NE(text.find("~"), std::string::npos) << "8 rounds tell of 20 by extrapolation";
    EXPECT_NE(text.find("pipe/64/l3: no p50 in 1 of 8 rounds"), std::string::npos) << text;
    EXPECT_NE(text.find("tcp/64/same_cpu: no p50 in 4 of 8 rounds: too few"), std::string::npos)
        << text;
    EXPECT_NE(text.find("3 of the 16 repetitions were disturbed by other work"), std::string::npos)
        << text;
    const tree block = calibration_block(figures, {}, 8, 48, {16, 3});
    EXPECT_EQ(block.at("disturbed"), 3);
    EXPECT_EQ(block.at("too_short").elements().at(0).at("metric"), "p50_ns");
    EXPECT_EQ(block.at("cells").elements().at(0).at("missing"), 1);
}

}  // namespace
}  // namespace ipcmark
