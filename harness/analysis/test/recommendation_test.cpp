#include "harness/analysis/recommendation.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "harness/analysis/test/made_paced_result.hpp"

namespace ipcmark {
namespace {

using test::around;
using test::made_mechanism;
using test::made_paced_result;
using test::sleeping;
using test::spinning;

design_flow commands() {
    design_flow flow;
    set_field(flow, "rate", "1k");
    set_field(flow, "latency.p99", "< 50us");
    return flow;
}

std::vector<std::string> names_of(const flow_recommendation& of) {
    std::vector<std::string> names;
    for (const candidate& each : of.candidates)
        names.push_back(each.mechanism.name);
    return names;
}

TEST(recommendation, ranks_what_meets_all_before_the_rest) {
    made_paced_result made;
    made.add("slow", 1'000, sleeping(90'000));
    made.add("spins", 1'000, spinning(2'000));
    made.add("quick", 1'000, sleeping(20'000));
    made.add("good", 1'000, sleeping(40'000));
    const auto of =
        recommend(commands(),
                  {made_mechanism("good"), made_mechanism("lossy", {{"may_drop", true}}),
                   made_mechanism("quick"), made_mechanism("slow"), made_mechanism("spins"),
                   made_mechanism("unknown")},
                  {&made.result});
    EXPECT_EQ(names_of(of),
              (std::vector<std::string>{"quick", "good", "slow", "spins", "unknown", "lossy"}));
    ASSERT_NE(of.best(), nullptr);
    EXPECT_EQ(of.find("spins")->how, fit::misses);
    EXPECT_EQ(of.find("slow")->how, fit::misses);
    EXPECT_EQ(of.find("unknown")->how, fit::unmeasured);
    EXPECT_EQ(of.find("lossy")->trait, "may_drop");
    EXPECT_FALSE(of.find("good")->level);
    EXPECT_NEAR(*of.find("quick")->verdicts.at(0).headroom, 2.5, 0.01);
}

TEST(recommendation, of_those_that_no_proven_difference_parts_the_simpler_is_first) {
    made_paced_result made;
    made.add("daemon", 1'000, sleeping(20'000));
    made.add("shared", 1'000, sleeping(20'010));
    made.add("kernel", 1'000, sleeping(20'020));
    const auto of =
        recommend(commands(),
                  {made_mechanism("daemon", {{"needs_daemon", true}}),
                   made_mechanism("shared", tree::object(), 0), made_mechanism("kernel")},
                  {&made.result});
    EXPECT_EQ(names_of(of), (std::vector<std::string>{"kernel", "shared", "daemon"}));
    for (const candidate& each : of.candidates)
        EXPECT_TRUE(each.level) << each.mechanism.name;
}

TEST(recommendation, of_figures_that_nothing_ranks_the_intervals_decide) {
    made_paced_result made;
    const auto at_share = [](double share) {
        auto figures = sleeping(20'000);
        figures["core_share"] = around(share);
        return figures;
    };
    made.add("daemon", 1'000, at_share(0.0100));
    made.add("kernel", 1'000, at_share(0.0101));
    made.add("thirsty", 1'000, at_share(0.0200));
    design_flow flow = commands();
    flow.prefer = {"cpu"};
    set_field(flow, "cpu", "< 50 %");
    const auto daemon = made_mechanism("daemon", {{"needs_daemon", true}});
    const auto of = recommend(flow, {daemon, made_mechanism("kernel"), made_mechanism("thirsty")},
                              {&made.result});
    EXPECT_EQ(names_of(of), (std::vector<std::string>{"kernel", "daemon", "thirsty"}));
    EXPECT_TRUE(of.find("daemon")->level);
    EXPECT_FALSE(of.find("thirsty")->level);
    made.add("dear", 1'000, at_share(0.0300));
    const auto two = recommend(
        flow, {made_mechanism("dear"), made_mechanism("thirsty", {{"needs_daemon", true}})},
        {&made.result});
    EXPECT_EQ(two.best()->mechanism.name, "thirsty") << "simplicity parts equals alone";
}

TEST(recommendation, an_interval_across_the_limit_proves_nothing) {
    made_paced_result made;
    auto figures = sleeping(50'000);
    made.add("near", 1'000, figures);
    const auto of = recommend(commands(), {made_mechanism("near")}, {&made.result});
    EXPECT_EQ(of.candidates[0].how, fit::unproven);
    EXPECT_EQ(of.best(), nullptr);
}

TEST(recommendation, a_figure_without_an_interval_has_to_be_far_from_the_limit) {
    const auto outcome_at = [](double p99_ns) {
        metric_summary pooled;
        pooled.n = 6;
        pooled.median = p99_ns;
        pooled.pooled = true;
        return judge(commands().requirements().front(), &pooled).outcome;
    };
    EXPECT_EQ(outcome_at(20'000), limit_outcome::met);
    EXPECT_EQ(outcome_at(30'000), limit_outcome::unproven);
    EXPECT_EQ(outcome_at(60'000), limit_outcome::missed);
    EXPECT_EQ(judge(commands().requirements().front(), nullptr).outcome, limit_outcome::absent);
}

TEST(recommendation, the_last_result_of_a_mechanism_counts) {
    made_paced_result first;
    first.add("m", 1'000, sleeping(20'000));
    first.add("screened", 1'000, sleeping(30'000));
    made_paced_result second;
    second.add("m", 1'000, sleeping(90'000));
    const auto of = recommend(commands(), {made_mechanism("m"), made_mechanism("screened")},
                              {&first.result, &second.result});
    EXPECT_EQ(of.find("m")->how, fit::misses);
    EXPECT_EQ(of.find("screened")->how, fit::meets);
}

TEST(recommendation, requests_at_a_rate_take_two_ways) {
    made_paced_result made;
    made.add("m", 1'000, sleeping(30'000));
    design_flow flow = commands();
    EXPECT_EQ(recommend(flow, {made_mechanism("m")}, {&made.result}).candidates[0].how, fit::meets);
    flow.kind = flow_kind::request;
    const auto of = recommend(flow, {made_mechanism("m")}, {&made.result});
    EXPECT_EQ(of.candidates[0].how, fit::misses);
    EXPECT_NEAR(*of.candidates[0].verdicts.at(0).figures->median, 60'000, 1);
}

TEST(recommendation, says_whether_twice_the_rate_is_met_too) {
    made_paced_result made;
    made.add("holds", 1'000, sleeping(20'000));
    made.add("holds", 2'000, sleeping(25'000, 2'000));
    made.add("stops", 1'000, sleeping(20'000));
    made.add("stops", 2'000, sleeping(25'000, 1'500));
    made.add("unknown", 1'000, sleeping(20'000));
    const auto of = recommend(
        commands(), {made_mechanism("holds"), made_mechanism("stops"), made_mechanism("unknown")},
        {&made.result});
    EXPECT_TRUE(of.find("holds")->twice);
    EXPECT_FALSE(of.find("stops")->twice);
    EXPECT_TRUE(of.find("stops")->twice_measured);
    EXPECT_FALSE(of.find("unknown")->twice_measured);
}

/// The usual figures of a screening: too few for intervals.
made_paced_result::figures few(double p99_ns) {
    auto figures = sleeping(p99_ns);
    for (auto& [key, values] : figures)
        values.resize(std::min<std::size_t>(values.size(), 2));
    return figures;
}

TEST(recommendation, what_was_only_screened_comes_after_what_was_measured_longer) {
    made_paced_result screening;
    screening.add("brief", 1'000, few(40'000));
    screening.add("brief_and_good", 1'000, few(10'000));
    screening.add("measured", 1'000, few(40'000));
    EXPECT_FALSE(recommend(commands(), {made_mechanism("brief")}, {&screening.result})
                     .find("brief")
                     ->screened);
    made_paced_result thorough;
    thorough.add("measured", 1'000, sleeping(52'000));
    thorough.add("near", 1'000, sleeping(51'000));
    const auto of = recommend(commands(),
                              {made_mechanism("brief"), made_mechanism("brief_and_good"),
                               made_mechanism("measured"), made_mechanism("near")},
                              {&screening.result, &thorough.result});
    EXPECT_EQ(names_of(of),
              (std::vector<std::string>{"brief_and_good", "near", "measured", "brief"}));
    EXPECT_TRUE(of.find("brief")->screened);
    EXPECT_FALSE(of.find("near")->screened);
}

TEST(recommendation, where_a_percentile_is_missing_the_next_lower_one_ranks) {
    made_paced_result made;
    const auto without_p99 = [](double p50_ns) {
        auto figures = sleeping(0);
        figures.erase("p99_ns");
        figures["p50_ns"] = around(p50_ns);
        return figures;
    };
    made.add("a_slow", 1'000, without_p99(20'000));
    made.add("b_quick", 1'000, without_p99(10'000));
    const auto of = recommend(commands(), {made_mechanism("a_slow"), made_mechanism("b_quick")},
                              {&made.result});
    EXPECT_EQ(of.ranked_by, "latency.p50");
    EXPECT_EQ(names_of(of), (std::vector<std::string>{"b_quick", "a_slow"}));
}

TEST(recommendation, what_waiting_costs_among_many_is_that_of_a_pair) {
    made_paced_result made;
    design_flow flow;
    set_field(flow, "parties", "4:1");
    set_field(flow, "throughput", "> 10k");
    const auto add = [&](const std::string& mechanism, const char* parties, auto figures) {
        cell_result& cell = made.add(mechanism, 1, figures);
        cell.kind = pattern::one_way;
        cell.parameter.reset();
        if (parties != nullptr) cell.parties.emplace().text = parties;
    };
    const made_paced_result::figures quick{{"messages_per_second", around(90'000)}};
    add("sleeps", "4:1", quick);
    add("sleeps", nullptr, made_paced_result::figures{{"idle_cpu_share", {0.001}}});
    add("spins", "4:1", quick);
    add("spins", nullptr, made_paced_result::figures{{"idle_cpu_share", {1}}});
    add("unknown", "4:1", quick);
    const auto of = recommend(
        flow, {made_mechanism("sleeps"), made_mechanism("spins"), made_mechanism("unknown")},
        {&made.result});
    EXPECT_EQ(of.find("sleeps")->how, fit::meets);
    EXPECT_EQ(of.find("spins")->how, fit::misses);
    EXPECT_EQ(of.find("unknown")->how, fit::unproven);
}

/// 64 B at 1 k/s whose p99 has to lie below `limit`, on a machine that takes 4 us to wake a
/// process.
flow_recommendation on_a_slow_waker(const std::string& limit, const std::string& key = "",
                                    const std::string& value = "") {
    made_paced_result made;
    made.add("m", 1'000, sleeping(20'000));
    for (const auto& [name, ns] :
         {std::pair{"futex_wake", 4'000.0}, std::pair{"pipe_wake", 5'000.0},
          std::pair{"line_round_trip", 200.0}}) {
        floor_info& floor = made.result.floors.emplace_back();
        floor.name = name;
        floor.summary = summary_of(around(ns), "samples", "ns", "lower", "made");
    }
    design_flow flow = commands();
    set_field(flow, "latency.p99", limit);
    if (!key.empty()) set_field(flow, key, value);
    return recommend(flow, {made_mechanism("m")}, {&made.result});
}

TEST(recommendation, what_sleeps_cannot_be_quicker_than_waking) {
    const auto of = on_a_slow_waker("< 1us").contradictions;
    ASSERT_EQ(of.size(), 1u);
    EXPECT_EQ(of[0].requirement, "latency.p99");
    EXPECT_EQ(of[0].floor, "futex_wake");
    EXPECT_NEAR(of[0].wake_ns, 3'980, 1);
    EXPECT_TRUE(on_a_slow_waker("< 10us").contradictions.empty());
    EXPECT_TRUE(on_a_slow_waker("< 5us").contradictions.empty());
    EXPECT_EQ(on_a_slow_waker("< 5us", "kind", "request").contradictions.size(), 1u);
    EXPECT_TRUE(on_a_slow_waker("< 1us", "may_spin", "true").contradictions.empty());
    EXPECT_TRUE(on_a_slow_waker("< 1us", "rate", "100k").contradictions.empty());
}

TEST(recommendation, after_a_silence_another_cell_is_judged) {
    made_paced_result made;
    const auto add_wake = [&](const std::string& mechanism, double gap_ns, double p50_ns) {
        cell_result& cell = made.add(mechanism, gap_ns, {{"p50_ns", around(p50_ns)}});
        cell.kind = pattern::wake;
        cell.parameter->name = gap_parameter.name;
    };
    for (const char* name : {"wakes", "oversleeps", "elsewhere"})
        made.add(name, 1'000, sleeping(20'000));
    add_wake("wakes", 10e6, 30'000);
    add_wake("oversleeps", 10e6, 90'000);
    add_wake("elsewhere", 1e6, 30'000);
    design_flow flow = commands();
    set_field(flow, "silence", "10ms");
    set_field(flow, "wake.p50", "< 60us");
    const auto of = recommend(
        flow, {made_mechanism("wakes"), made_mechanism("oversleeps"), made_mechanism("elsewhere")},
        {&made.result});
    EXPECT_EQ(of.find("wakes")->how, fit::meets);
    EXPECT_EQ(of.find("oversleeps")->how, fit::misses);
    EXPECT_EQ(of.find("elsewhere")->how, fit::unproven) << "another silence says nothing";
}

TEST(recommendation, cells_of_another_flow_say_nothing) {
    made_paced_result made;
    made.add("other_rate", 500, sleeping(20'000));
    made.add("other_size", 1'000, sleeping(20'000)).payload_bytes = 128;
    made.add("many", 1'000, sleeping(20'000)).parties.emplace().text = "4:1";
    made.add("failed", 1'000, sleeping(20'000)).ended = status::failed;
    const auto of = recommend(commands(),
                              {made_mechanism("failed"), made_mechanism("many"),
                               made_mechanism("other_rate"), made_mechanism("other_size")},
                              {&made.result});
    for (const candidate& each : of.candidates)
        EXPECT_EQ(each.how, fit::unmeasured) << each.mechanism.name;
}

TEST(recommendation, a_preference_ranks_instead_of_the_first_limit) {
    made_paced_result made;
    auto thrifty = sleeping(40'000);
    thrifty["core_share"] = around(0.01);
    made.add("quick", 1'000, sleeping(20'000));
    made.add("thrifty", 1'000, thrifty);
    design_flow flow = commands();
    flow.prefer = {"cpu"};
    set_field(flow, "cpu", "< 50 %");
    const auto of =
        recommend(flow, {made_mechanism("quick"), made_mechanism("thrifty")}, {&made.result});
    EXPECT_EQ(of.best()->mechanism.name, "thrifty");
}

}  // namespace
}  // namespace ipcmark
