#include "harness/analysis/ab_judgement.hpp"

#include <cmath>
#include <cstdlib>
#include <functional>
#include <gtest/gtest.h>
#include <iostream>

#include "harness/stats/test/simulate.hpp"

namespace ipcmark {
namespace {

/// What one repetition adds to the logarithm of its figure; called in the order of time.
using time_noise = std::function<double(simulate::source&)>;

struct noise_kind {
    const char* name;
    std::function<time_noise()> start;
};

time_noise autoregressive(double rho) {
    return [rho, last = 0.0](simulate::source& random) mutable {
        last = rho * last + std::sqrt(1 - rho * rho) * random.normal();
        return 0.05 * last;
    };
}

const noise_kind noise_kinds[] = {
    {"normal", [] { return [](simulate::source& r) { return 0.02 * r.normal(); }; }},
    {"lognormal", [] { return [](simulate::source& r) { return 0.02 * std::exp(r.normal()); }; }},
    {"t3",
     [] {
         return [](simulate::source& r) {
             double sum = 0;
             for (int i = 0; i < 3; ++i) {
                 const double z = r.normal();
                 sum += z * z;
             }
             return 0.02 * r.normal() / std::sqrt(sum / 3);
         };
     }},
    {"bimodal",
     [] {
         return [](simulate::source& r) {
             return (r.uniform() < 0.2 ? 0.08 : 0.0) + 0.01 * r.normal();
         };
     }},
    {"spikes",
     [] {
         return [](simulate::source& r) {
             return (r.uniform() < 0.03 ? 0.26 : 0.0) + 0.02 * r.normal();
         };
     }},
    {"ar 0.3", [] { return autoregressive(0.3); }},
    {"ar 0.5", [] { return autoregressive(0.5); }},
    {"ar 0.8", [] { return autoregressive(0.8); }},
    {"drift",
     [] {
         return [t = 0.0](simulate::source& r) mutable { return 1e-4 * t++ + 0.02 * r.normal(); };
     }},
    {"period 2",
     [] {
         return [odd = false](simulate::source& r) mutable {
             odd = !odd;
             return (odd ? 0.1 : 0.0) + 0.02 * r.normal();
         };
     }},
};

enum class pair_order : std::uint8_t { random, fixed };

/// A whole comparison of `cells` cells, B slower by `effect` in the first of them: pairs back to
/// back on one line of time, looks and all.
ab_judgement compare(std::size_t cells, double effect, const ab_rule& rule, const time_noise& noise,
                     simulate::source& random, pair_order order = pair_order::random) {
    std::vector<measured_pair> pairs(cells);
    for (std::size_t i = 0; i < cells; ++i)
        pairs[i].names = {"round_trip/m" + std::to_string(i) + "/64/cross", {}};
    std::vector<bool> settled(cells);
    std::uint64_t round = 0;
    for (const ab_look& look : rule.looks) {
        for (; round < look.pairs; ++round)
            for (std::size_t i = 0; i < cells; ++i) {
                if (settled[i]) continue;
                const bool a_first = order == pair_order::fixed || random.uniform() < 0.5;
                const double first = noise(random);
                const double second = noise(random);
                const double a = a_first ? first : second;
                const double b = (a_first ? second : first) + (i == 0 ? std::log1p(effect) : 0);
                pairs[i].rounds.push_back({round,
                                           {{"p50_ns", 1'000 * std::exp(a)}},
                                           {{"p50_ns", 1'000 * std::exp(b)}},
                                           a_first});
                pairs[i].asked = round + 1;
            }
        const auto seen = judge(pairs, {}, rule);
        for (std::size_t i = 0; i < cells; ++i)
            settled[i] = seen.is_settled(i);
    }
    return judge(pairs, {}, rule);
}

std::size_t alarms(const ab_judgement& judged) {
    return judged.count(gate_role::primary, change::regressed) +
           judged.count(gate_role::primary, change::improved);
}

constexpr int few_runs = 6;

/// IPCMARK_SIMULATED_RUNS asks for more, which take a second each.
int runs_of_a_kind() {
    const char* asked = std::getenv("IPCMARK_SIMULATED_RUNS");  // NOLINT(concurrency-mt-unsafe)
    return asked != nullptr ? std::atoi(asked) : few_runs;
}

ab_rule rule_of(std::uint64_t pairs) {
    return {looks_for(pairs), {}, {}};
}

TEST(ab_judgement, equal_sides_raise_no_alarm_under_any_noise) {
    const int runs = runs_of_a_kind();
    constexpr std::size_t cells = 60;
    int alarmed = 0;
    for (const noise_kind& kind : noise_kinds) {
        simulate::source random(701);
        int of_kind = 0;
        for (int i = 0; i < runs; ++i)
            of_kind += alarms(compare(cells, 0, rule_of(40), kind.start(), random)) > 0 ? 1 : 0;
        alarmed += of_kind;
        if (runs > few_runs)
            std::cout << kind.name << ": " << of_kind << " of " << runs << " runs alarmed\n";
    }
    // One in a hundred: so many or fewer have a probability of 99.7 %.
    EXPECT_LE(alarmed, runs > few_runs ? runs * 10 / 50 : 3);
}

TEST(ab_judgement, a_fixed_order_is_fooled_by_noise_of_the_same_period) {
    simulate::source random(702);
    const noise_kind& period_2 = noise_kinds[std::size(noise_kinds) - 1];
    EXPECT_EQ(alarms(compare(10, 0, rule_of(40), period_2.start(), random)), 0u);
    EXPECT_GT(alarms(compare(10, 0, rule_of(40), period_2.start(), random, pair_order::fixed)), 5u);
}

double power(double effect, std::uint64_t pairs, double pair_deviation) {
    constexpr int runs = 150;
    simulate::source random(703);
    int found = 0;
    const double each = pair_deviation / std::sqrt(2);
    for (int i = 0; i < runs; ++i) {
        const auto judged = compare(
            20, effect, rule_of(pairs), [each](simulate::source& r) { return each * r.normal(); },
            random);
        for (const ab_figure& figure : judged.figures)
            found += figure.pair == 0 && figure.seen.verdict == change::regressed ? 1 : 0;
    }
    return static_cast<double>(found) / runs;
}

TEST(ab_judgement, finds_five_percent_in_forty_pairs_and_ten_in_twenty) {
    EXPECT_GE(power(0.05, 40, 0.03), 0.8);
    EXPECT_GE(power(0.10, 20, 0.03), 0.95);
}

TEST(ab_judgement, takes_out_what_running_second_costs) {
    simulate::source random(704);
    std::vector<measured_pair> pairs(1);
    pairs[0].names = {"round_trip/m/64/cross", {}};
    for (std::uint64_t round = 0; round < 40; ++round) {
        const bool a_first = random.uniform() < 0.7;  // more often than not, by chance
        const auto figure = [&](bool second) {
            return 1'000 * std::exp((second ? 0.2 : 0.0) + 0.01 * random.normal());
        };
        pairs[0].rounds.push_back(
            {round, {{"p50_ns", figure(!a_first)}}, {{"p50_ns", figure(a_first)}}, a_first});
        pairs[0].asked = round + 1;
    }
    const auto judged = judge(pairs, {}, rule_of(40));
    ASSERT_TRUE(judged.slot.has_value());
    EXPECT_NEAR(judged.slot->ratio, std::exp(0.2), 0.05);
    EXPECT_TRUE(judged.figures.at(0).slot_removed);
    EXPECT_EQ(judged.figures.at(0).seen.verdict, change::equivalent);
    EXPECT_NEAR(judged.figures.at(0).ratio, 1, 0.02);
}

using metric_figures = std::map<std::string, std::optional<double>>;

/// Twenty rounds of one pair with the same figures in each, but for a little noise.
measured_pair steady(const metric_figures& a, const metric_figures& b) {
    simulate::source random(705);
    measured_pair pair;
    pair.names = {"round_trip/m/64/cross", "round_trip/m/64/cross"};
    for (std::uint64_t round = 0; round < 20; ++round) {
        const auto shaken = [&](metric_figures metrics) {
            for (auto& [key, value] : metrics)
                value = *value * (1 + 0.001 * random.normal());
            return metrics;
        };
        pair.rounds.push_back({round, shaken(a), shaken(b), round % 2 == 0});
    }
    pair.asked = 20;
    return pair;
}

const ab_figure* figure_of(const ab_judgement& judged, std::string_view key) {
    for (const ab_figure& each : judged.figures)
        if (each.by.of->key == key) return &each;
    return nullptr;
}

TEST(ab_judgement, a_switch_where_there_was_none_is_a_change_and_a_hundredth_is_not) {
    const auto woken = judge({steady({{"p50_ns", 100}, {"switches_per_message", 0}},
                                     {{"p50_ns", 100}, {"switches_per_message", 1}})},
                             {}, rule_of(20));
    ASSERT_NE(figure_of(woken, "switches_per_message"), nullptr);
    EXPECT_EQ(figure_of(woken, "switches_per_message")->seen.verdict, change::regressed);
    EXPECT_EQ(figure_of(woken, "p50_ns")->seen.verdict, change::equivalent);
    const auto hardly =
        judge({steady({{"switches_per_message", 0}}, {{"switches_per_message", 0.0005}})}, {},
              rule_of(20));
    EXPECT_EQ(figure_of(hardly, "switches_per_message")->seen.verdict, change::equivalent);
}

TEST(ab_judgement, higher_rates_are_better_and_the_ratio_reads_b_over_a) {
    auto pair = steady({{"messages_per_second", 1'000}}, {{"messages_per_second", 800}});
    pair.names = {"one_way/m/64/cross", "one_way/m/64/cross"};
    pair.kind = pattern::one_way;
    const auto judged = judge({pair}, {}, rule_of(20));
    const ab_figure* rate = figure_of(judged, "messages_per_second");
    ASSERT_NE(rate, nullptr);
    EXPECT_EQ(rate->seen.verdict, change::regressed);
    EXPECT_NEAR(rate->ratio, 0.8, 0.01);
    EXPECT_LT(*rate->high, 0.81);
}

TEST(ab_judgement, tails_warn_and_decide_nothing) {
    const auto judged =
        judge({steady({{"p50_ns", 100}, {"p99_ns", 200}}, {{"p50_ns", 100}, {"p99_ns", 400}})}, {},
              rule_of(20));
    EXPECT_EQ(judged.count(gate_role::primary, change::regressed), 0u);
    EXPECT_EQ(judged.count(gate_role::secondary, change::regressed), 1u);
    EXPECT_TRUE(judged.is_settled(0));
}

TEST(ab_judgement, a_pair_without_its_main_metric_is_named_and_not_conclusive) {
    const auto whole = steady({{"p50_ns", 100}, {"cpu_ns_per_message", 50}},
                              {{"p50_ns", 100}, {"cpu_ns_per_message", 50}});
    EXPECT_TRUE(judge({whole}, {}, rule_of(20)).is_conclusive());
    const auto half =
        steady({{"p50_ns", 100}, {"cpu_ns_per_message", 50}}, {{"cpu_ns_per_message", 50}});
    const auto judged = judge({whole, half}, {}, rule_of(20));
    EXPECT_EQ(judged.without_main, (std::vector<std::size_t>{1}));
    EXPECT_EQ(judged.count(gate_role::primary, change::inconclusive), 0u);
    EXPECT_FALSE(judged.is_conclusive());
}

TEST(ab_judgement, a_control_that_differs_from_itself_means_that_the_machine_moved) {
    control_series still{"round_trip/null/64/cross", "p50_ns", {}, {}};
    control_series moving = still;
    for (int i = 0; i < 20; ++i) {
        const double figure = 100 + 0.1 * i;
        still.first.push_back(figure);
        still.second.push_back(figure + (i % 2 == 0 ? 0.01 : -0.01));
        moving.first.push_back(figure);
        moving.second.push_back(1.3 * figure);
    }
    EXPECT_FALSE(judge({}, {still}, rule_of(20)).machine_moved);
    EXPECT_TRUE(judge({}, {still, moving}, rule_of(20)).machine_moved);
}

/// Twenty rounds in which B's figure is `ratio` times A's.
ab_result compared_by(double ratio) {
    simulate::source random(706);
    ab_result of;
    of.rule = rule_of(20);
    of.pairs = {{"round_trip/m/64/cross", "round_trip/m/64/cross"}};
    for (std::uint64_t round = 0; round < 20; ++round)
        for (std::size_t side = 0; side < 2; ++side) {
            repetition_record record;
            record.cell = of.pairs[0].a;
            record.metrics["p50_ns"] =
                100 * (side == 1 ? ratio : 1) * (1 + 0.001 * random.normal());
            record.timed.emplace();
            record.timed->round = round;
            record.timed->sequence = 2 * round + side;
            of.results[side].repetitions.push_back(std::move(record));
        }
    return of;
}

TEST(ab_judgement, what_does_not_recur_is_undecided) {
    ab_result of = compared_by(1.2);
    EXPECT_EQ(judge(of).count(gate_role::primary, change::regressed), 1u);
    of.confirmation = {compared_by(1.2)};
    EXPECT_EQ(judge(of).count(gate_role::primary, change::regressed), 1u);
    of.confirmation = {compared_by(1)};
    const auto judged = judge(of);
    EXPECT_EQ(judged.count(gate_role::primary, change::regressed), 0u);
    EXPECT_TRUE(judged.figures.at(0).unconfirmed);
}

TEST(ab_judgement, the_last_try_of_a_round_counts) {
    ab_result of = compared_by(1);
    repetition_record again = of.results[1].repetitions[3];
    again.timed->attempt = 1;
    again.metrics["p50_ns"] = 777;
    of.results[1].repetitions.insert(of.results[1].repetitions.begin(), again);
    const auto pairs = measured_pairs_of(of);
    ASSERT_EQ(pairs.at(0).rounds.size(), 20u);
    EXPECT_EQ(pairs[0].rounds[3].b.at("p50_ns"), 777);
}

TEST(ab_judgement, margins_are_the_rules_before_the_metrics) {
    const ab_rule rule{looks_for(40), 0.2, {{"cpu_ns_per_message", 0.5}}};
    for (const gated_metric& each : gated_metrics(pattern::round_trip, rule)) {
        if (each.of->key == "cpu_ns_per_message") {
            EXPECT_DOUBLE_EQ(each.margin, 0.5);
        }
        if (each.of->key == "p50_ns") {
            EXPECT_DOUBLE_EQ(each.margin, 0.2);
        }
        if (each.of->key == "p99_ns") {
            EXPECT_DOUBLE_EQ(each.margin, 0.4);
        }
    }
}

TEST(ab_judgement, looks_double_and_end_where_the_pairs_do) {
    std::vector<std::uint64_t> pairs;
    double spent = 0;
    for (const ab_look& each : looks_for(100)) {
        pairs.push_back(each.pairs);
        spent += each.level;
    }
    EXPECT_EQ(pairs, (std::vector<std::uint64_t>{10, 20, 40, 80, 100}));
    EXPECT_NEAR(spent, 0.01, 1e-9);
    EXPECT_EQ(looks_for(6).size(), 1u);
    EXPECT_EQ(looks_for(40).size(), 3u);
}

}  // namespace
}  // namespace ipcmark
