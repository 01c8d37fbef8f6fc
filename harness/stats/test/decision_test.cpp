#include "harness/stats/decision.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "harness/stats/signed_rank.hpp"
#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

std::vector<double> around(double centre, double half_range, std::size_t n) {
    std::vector<double> values(n);
    for (std::size_t i = 0; i < n; ++i)
        values[i] =
            centre + half_range * (2 * static_cast<double>(i) / static_cast<double>(n - 1) - 1);
    return values;
}

change verdict_on(const std::vector<double>& log_ratios, double margin = 0.05) {
    return decide({{log_ratios, margin}}).front().verdict;
}

TEST(decision, each_verdict_has_its_case) {
    EXPECT_EQ(verdict_on(around(std::log(1.10), 0.02, 20)), change::regressed);
    EXPECT_EQ(verdict_on(around(-std::log(1.10), 0.02, 20)), change::improved);
    EXPECT_EQ(verdict_on(around(0, 0.02, 20)), change::equivalent);
    EXPECT_EQ(verdict_on(around(0, 0.30, 20)), change::inconclusive);
    // Sure, but smaller than what matters; and neither here nor there.
    EXPECT_EQ(verdict_on(around(std::log(1.03), 0.01, 20)), change::equivalent);
    EXPECT_EQ(verdict_on(around(std::log(1.045), 0.03, 20)), change::inconclusive);
    EXPECT_EQ(verdict_on(around(std::log(1.10), 0.02, 20), 0.15), change::equivalent);
}

TEST(decision, too_few_pairs_claim_nothing_however_clear_they_look) {
    EXPECT_EQ(verdict_on(around(std::log(2.0), 0.01, 5)), change::inconclusive);
    EXPECT_EQ(verdict_on(around(std::log(2.0), 0.01, 6)), change::regressed);
    EXPECT_EQ(verdict_on({}), change::inconclusive);
}

TEST(decision, a_large_family_needs_more_pairs) {
    // One of 50 differs: its least possible adjusted p is 50 * 2 / 2^n, so 11 pairs are needed.
    const auto verdict_of_first = [](std::size_t n) {
        std::vector<paired_series> family(50, {around(0, 0.02, n), 0.05});
        family[0].log_ratios = around(std::log(1.5), 0.01, n);
        return decide(family).front().verdict;
    };
    EXPECT_EQ(verdict_of_first(10), change::inconclusive);
    EXPECT_EQ(verdict_of_first(11), change::regressed);
}

/// A cell of a synthetic run: the machine drifts and its noise depends on what was before; a
/// and b run next to each other in random order.
class machine {
public:
    explicit machine(std::uint64_t seed) : random_(seed) {}

    std::vector<double> log_ratios(std::size_t rounds, double true_ratio) {
        simulate::ar1 slow(random_, 0.9);
        const double drift_per_repetition = 0.01 * random_.normal();
        double level = 0;
        std::vector<double> result;
        for (std::size_t i = 0; i < rounds; ++i) {
            const auto repetition = [&] {
                level += drift_per_repetition;
                return level + 0.15 * slow.next() + 0.04 * random_.normal();
            };
            const bool a_first = random_.coin();
            const double first = repetition();
            const double second = repetition();
            const double a = a_first ? first : second;
            const double b = a_first ? second : first;
            result.push_back(b - a + std::log(true_ratio));
        }
        return result;
    }

private:
    simulate::source random_;
};

TEST(decision, identical_cells_on_a_drifting_machine_are_hardly_ever_called_different) {
    constexpr int runs = 1'000;
    machine host(51);
    int called = 0;
    int raw = 0;
    int covered = 0;
    for (int i = 0; i < runs; ++i) {
        const auto seen = decide({{host.log_ratios(20, 1.0), 0.05}}).front();
        covered += *seen.low <= 1 && 1 <= *seen.high;
        called += seen.verdict == change::regressed || seen.verdict == change::improved;
        raw += seen.p < 0.05;
    }
    EXPECT_LE(called, 0.01 * runs);
    EXPECT_GE(covered, 0.93 * runs);
    EXPECT_LE(covered, 0.97 * runs);
    EXPECT_GE(raw, 0.03 * runs);
    EXPECT_LE(raw, 0.07 * runs);
}

// What interleaving is for: the same machine, all of a and then all of b.
TEST(decision, blocked_order_on_the_same_machine_calls_identical_cells_different) {
    constexpr int runs = 300;
    simulate::source random(52);
    int called = 0;
    for (int i = 0; i < runs; ++i) {
        simulate::ar1 slow(random, 0.9);
        std::vector<double> a;
        std::vector<double> b;
        for (int repetition = 0; repetition < 40; ++repetition)
            (repetition < 20 ? a : b).push_back(0.15 * slow.next() + 0.04 * random.normal());
        for (std::size_t at = 0; at < a.size(); ++at)
            a[at] = b[at] - a[at];
        const auto verdict = verdict_on(a);
        called += verdict == change::regressed || verdict == change::improved;
    }
    EXPECT_GE(called, 0.15 * runs);
}

struct outcome {
    double regressed = 0;
    double covered = 0;
};

/// Twenty rounds, the coefficient of variation of either side's repetitions 8 %, nothing in common.
outcome over_runs(double true_ratio, std::uint64_t seed) {
    constexpr int runs = 1'000;
    simulate::source random(seed);
    outcome result;
    std::vector<double> log_ratios(20);
    for (int i = 0; i < runs; ++i) {
        for (double& value : log_ratios)
            value = std::log(true_ratio) + 0.08 * random.normal() - 0.08 * random.normal();
        const auto seen = decide({{log_ratios, 0.05}}).front();
        result.regressed += seen.verdict == change::regressed;
        result.covered += *seen.low <= true_ratio && true_ratio <= *seen.high;
    }
    result.regressed /= runs;
    result.covered /= runs;
    return result;
}

TEST(decision, a_true_change_is_found_with_the_power_promised) {
    const outcome fifteen = over_runs(1.15, 53);
    EXPECT_GE(fifteen.regressed, 0.90);
    EXPECT_GE(fifteen.covered, 0.93);
    EXPECT_LE(fifteen.covered, 0.97);
    const outcome ten = over_runs(1.10, 54);
    EXPECT_GE(ten.regressed, 0.60);
    EXPECT_GE(ten.covered, 0.93);
    EXPECT_LE(ten.covered, 0.97);
    EXPECT_LE(over_runs(1.00, 55).regressed, 0.01);
}

TEST(decide_predicted, has_students_interval_of_one_more_value) {
    // Mean 3, deviation 1.5811, t(4) at 97.5 % 2.7764: 3 +- 4.8087 (R: predict(lm(x ~ 1), ...)).
    const auto seen = decide_predicted({{{1, 2, 3, 4, 5}, 3, 0.05}});
    EXPECT_NEAR(std::log(*seen[0].low), -4.8087, 1e-3);
    EXPECT_NEAR(std::log(*seen[0].high), 4.8087, 1e-3);
    EXPECT_EQ(seen[0].verdict, change::inconclusive);
    EXPECT_NEAR(seen[0].p, 1, 1e-12);
}

TEST(decide_predicted, finds_what_lies_beyond_the_spread_of_earlier_runs) {
    const std::vector<double> earlier{0.00, 0.01, -0.01, 0.005, -0.005, 0.01, 0.0, -0.01, 0.002};
    const auto seen =
        decide_predicted({{earlier, 0.2, 0.05}, {earlier, -0.2, 0.05}, {earlier, 0.001, 0.05}});
    EXPECT_EQ(seen[0].verdict, change::regressed);
    EXPECT_EQ(seen[1].verdict, change::improved);
    EXPECT_EQ(seen[2].verdict, change::equivalent);
    EXPECT_EQ(decide_predicted({{{0.0, 0.1}, 5, 0.05}})[0].verdict, change::inconclusive);
}

TEST(decide_predicted, of_equal_runs_alarms_as_rarely_as_it_says) {
    constexpr int families = 2'000;
    int alarms = 0;
    for (int i = 0; i < families; ++i) {
        simulate::source random(static_cast<std::uint64_t>(i) + 1);
        predicted_series one{{}, 0.05 * random.normal(), 0.001};
        for (int k = 0; k < 8; ++k)
            one.earlier.push_back(0.05 * random.normal());
        const auto verdict = decide_predicted({one}, {0.01})[0].verdict;
        alarms += verdict == change::regressed || verdict == change::improved ? 1 : 0;
    }
    EXPECT_LE(alarms, 30);
}

}  // namespace
}  // namespace ipcmark
