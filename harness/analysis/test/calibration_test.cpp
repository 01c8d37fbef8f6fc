#include "harness/analysis/calibration.hpp"

#include <cmath>
#include <gtest/gtest.h>

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

TEST(calibration, the_change_it_names_is_found_in_about_four_of_five_fresh_sittings) {
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

}  // namespace
}  // namespace ipcmark
