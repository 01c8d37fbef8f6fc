#include "harness/run/schedule.hpp"

#include <gtest/gtest.h>
#include <map>
#include <set>

namespace ipcmark {
namespace {

plan plan_of(std::size_t cells, std::uint64_t rounds) {
    plan what;
    what.seed = 7;
    what.request.repetitions = rounds;
    what.request.counting_repetitions = 1;
    what.request.idle_ms = 0;
    what.cells.resize(cells);
    for (std::size_t i = 0; i < cells; ++i)
        what.cells[i].what = {"m" + std::to_string(i), pattern::round_trip, 64,
                              placement::free,         touch::rw,           16};
    return what;
}

run_progress nothing_fails() {
    return {[](const std::string&) { return false; },
            [](const std::string&) { return cell_progress{}; }, [](std::size_t) {},
            [] { return false; }};
}

std::vector<step> all_steps(schedule& of, const run_progress& progress) {
    std::vector<step> steps;
    while (const auto next = of.next(progress))
        steps.push_back(*next);
    return steps;
}

std::size_t count(const std::vector<step>& steps, purpose why) {
    std::size_t found = 0;
    for (const auto& each : steps)
        found += each.what == step::action::repeat && each.repetition.why == why ? 1 : 0;
    return found;
}

TEST(rounds_schedule, verifies_then_runs_shuffled_rounds_with_floors_around_then_counts) {
    const plan what = plan_of(3, 5);
    rounds_schedule rounds(what, std::nullopt, true);
    const auto steps = all_steps(rounds, nothing_fails());
    EXPECT_EQ(count(steps, purpose::verify), 3u);
    EXPECT_EQ(count(steps, purpose::timed), 15u);
    EXPECT_EQ(count(steps, purpose::counting), 3u);
    EXPECT_EQ(steps.front().repetition.why, purpose::verify);
    EXPECT_EQ(steps.back().what, step::action::clock_offsets);
    std::size_t floors = 0;
    std::size_t rounds_done = 0;
    std::set<std::size_t> in_round;
    for (const auto& each : steps) {
        floors += each.what == step::action::floors ? 1 : 0;
        if (each.what == step::action::repeat && each.repetition.why == purpose::timed)
            in_round.insert(each.repetition.cell);
        if (each.what != step::action::round_done) continue;
        EXPECT_EQ(in_round.size(), 3u) << "every cell once in round " << rounds_done;
        in_round.clear();
        ++rounds_done;
    }
    EXPECT_EQ(rounds_done, 5u);
    EXPECT_EQ(floors, 3u) << "before the first round, after the third and after the last";
    EXPECT_EQ(rounds.expected(), 3u * 7);
}

TEST(rounds_schedule, tries_to_count_once_where_nothing_can_be_counted) {
    plan what = plan_of(3, 5);
    what.request.counting_repetitions = 2;
    rounds_schedule rounds(what, std::nullopt, false);
    run_progress progress = nothing_fails();
    bool tried = false;
    std::size_t expected = 0;
    progress.nothing_to_count = [&] { return tried; };
    progress.expect = [&](std::size_t further) { expected = further; };
    std::vector<step> steps;
    while (const auto next = rounds.next(progress)) {
        steps.push_back(*next);
        tried = tried || next->repetition.why == purpose::counting;
    }
    EXPECT_EQ(count(steps, purpose::counting), 1u);
    EXPECT_EQ(count(steps, purpose::timed), 15u);
    EXPECT_EQ(expected, 15u);
}

TEST(rounds_schedule, counts_each_cell_as_often_as_planned_though_one_is_counted_first) {
    plan what = plan_of(3, 5);
    what.request.counting_repetitions = 2;
    rounds_schedule rounds(what, std::nullopt, false);
    const auto steps = all_steps(rounds, nothing_fails());
    std::map<std::size_t, int> counted;
    bool first_is_before_the_rounds = false;
    bool in_rounds = false;
    for (const auto& each : steps) {
        if (each.what != step::action::repeat) continue;
        in_rounds = in_rounds || each.repetition.why == purpose::timed;
        if (each.repetition.why != purpose::counting) continue;
        ++counted[each.repetition.cell];
        first_is_before_the_rounds = first_is_before_the_rounds || !in_rounds;
    }
    EXPECT_EQ(counted, (std::map<std::size_t, int>{{0, 2}, {1, 2}, {2, 2}}));
    EXPECT_TRUE(first_is_before_the_rounds);
}

TEST(rounds_schedule, leaves_out_a_cell_that_failed) {
    const plan what = plan_of(2, 4);
    rounds_schedule rounds(what, std::nullopt, false);
    std::size_t seen = 0;
    run_progress progress = nothing_fails();
    progress.given_up = [&](const std::string& cell) {
        return seen > 4 && cell == what.cells[1].what.name();
    };
    std::size_t of_the_other = 0;
    while (const auto next = rounds.next(progress)) {
        ++seen;
        if (seen > 5 && next->what == step::action::repeat)
            of_the_other += next->repetition.cell == 1 ? 1 : 0;
    }
    EXPECT_EQ(of_the_other, 0u);
}

TEST(rounds_schedule, a_budget_that_is_spent_before_the_least_rounds_says_so) {
    const plan what = plan_of(1, 20);
    rounds_schedule rounds(what, -1.0, false);
    const auto steps = all_steps(rounds, nothing_fails());
    EXPECT_EQ(count(steps, purpose::timed), 0u);
    EXPECT_NE(rounds.incomplete_reason().find("time budget"), std::string::npos);
}

TEST(pairs_schedule, runs_both_variants_next_to_each_other_in_either_order) {
    const plan what = plan_of(2, 20);
    pairs_schedule pairs(what, std::nullopt);
    const auto steps = all_steps(pairs, nothing_fails());
    EXPECT_EQ(count(steps, purpose::timed), 80u);
    std::set<std::size_t> firsts;
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
        if (steps[i].what == step::action::round_done) continue;
        EXPECT_EQ(steps[i].repetition.cell, steps[i + 1].repetition.cell);
        EXPECT_NE(steps[i].repetition.variant, steps[i + 1].repetition.variant);
        firsts.insert(steps[i].repetition.variant);
        ++i;
    }
    EXPECT_EQ(firsts.size(), 2u);
}

TEST(pairs_schedule, of_two_variants_share_a_layout_and_end_when_none_takes_part) {
    const plan what = plan_of(3, 20);
    std::map<std::uint64_t, std::set<std::size_t>> variants;  // by layout
    std::size_t controls = 0;
    pairs_schedule pairs(what, {{0, 1}, {2, 2, true}},
                         {.verify = true,
                          .drawn_by_pair = true,
                          .takes_part = [](auto, auto round) { return round < 5; }});
    const auto steps = all_steps(pairs, nothing_fails());
    EXPECT_EQ(count(steps, purpose::verify), 2u) << "controls are not verified";
    EXPECT_EQ(count(steps, purpose::timed), 20u);
    for (const auto& each : steps) {
        if (each.what != step::action::repeat || each.repetition.why != purpose::timed) continue;
        ASSERT_TRUE(each.repetition.layout.has_value());
        variants[*each.repetition.layout].insert(each.repetition.variant);
        controls += each.repetition.variant >= control_variant ? 1 : 0;
    }
    EXPECT_EQ(controls, 10u);
    EXPECT_EQ(variants.size(), 10u);
    for (const auto& [layout, both] : variants)
        EXPECT_EQ(both.size(), 2u);
}

TEST(pairs_schedule, verifies_nothing_where_no_message_is_to_be_seen) {
    for (const pattern kind : {pattern::switch_ring, pattern::programs}) {
        plan what = plan_of(2, 20);
        for (planned_cell& each : what.cells)
            each.what.kind = kind;
        pairs_schedule pairs(what, {{0, 1}}, {.verify = true, .takes_part = [](auto, auto round) {
                                                  return round < 5;
                                              }});
        const auto steps = all_steps(pairs, nothing_fails());
        EXPECT_EQ(count(steps, purpose::verify), 0u);
        EXPECT_EQ(count(steps, purpose::timed), 10u);
    }
}

TEST(pairs_schedule, draws_which_party_has_which_cpu_once_for_both_of_a_pair) {
    const plan what = plan_of(2, 20);
    std::map<std::uint64_t, std::set<bool>> exchanged;  // by layout
    std::set<bool> seen;
    pairs_schedule pairs(
        what, {{0, 1}},
        {.drawn_by_pair = true, .takes_part = [](auto, auto round) { return round < 20; }});
    for (const auto& each : all_steps(pairs, nothing_fails())) {
        if (each.what != step::action::repeat) continue;
        exchanged[each.repetition.layout.value()].insert(each.repetition.exchanged);
        seen.insert(each.repetition.exchanged);
    }
    EXPECT_EQ(seen.size(), 2u);
    EXPECT_EQ(exchanged.size(), 20u);
    for (const auto& [layout, both] : exchanged)
        EXPECT_EQ(both.size(), 1u);
}

TEST(pairs_schedule, passes_over_what_cannot_run_here) {
    plan what = plan_of(2, 3);
    what.cells[0].skipped = failure{status::skipped, "unavailable", "", "not here"};
    pairs_schedule pairs(what, std::nullopt);
    for (const auto& each : all_steps(pairs, nothing_fails())) {
        if (each.what == step::action::repeat) {
            EXPECT_EQ(each.repetition.cell, 1u);
        }
    }
}

}  // namespace
}  // namespace ipcmark
