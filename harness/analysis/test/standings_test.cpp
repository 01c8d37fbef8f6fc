#include "harness/analysis/standings.hpp"

#include <gtest/gtest.h>

#include "harness/analysis/test/made_result.hpp"

namespace ipcmark {
namespace {

using test::made_result;

standing of(const std::vector<cell_group>& groups, const run_result& result,
            const std::string& mechanism, std::string_view metric = "p50_ns") {
    const repetition_figures figures(result);
    const auto found = standings(result, figures, groups.front(), *find_metric(metric));
    for (std::size_t i = 0; i < found.size(); ++i)
        if (result.cells[groups.front().cells[i]].mechanism == mechanism) return found[i];
    return standing::none;
}

TEST(standings, name_a_best_one_and_who_is_behind_only_where_it_is_proven) {
    made_result made;
    made.add("ring", {100, 101, 102, 103, 104, 105});
    made.add("pipe", {200, 203, 206, 209, 212, 215});
    made.add("queue", {101, 99, 104, 108, 100, 106});
    made.add("null", {10, 10, 10, 10, 10, 10});
    const auto groups = groups_of(made.result);
    ASSERT_EQ(groups.size(), 1u);
    EXPECT_EQ(of(groups, made.result, "ring"), standing::best);
    EXPECT_EQ(of(groups, made.result, "queue"), standing::level);
    EXPECT_EQ(of(groups, made.result, "pipe"), standing::behind);
    EXPECT_EQ(of(groups, made.result, "null"), standing::reference);
}

TEST(standings, prove_nothing_from_three_repetitions) {
    made_result made;
    made.add("ring", {100, 101, 102});
    made.add("pipe", {9000, 9100, 9200});
    EXPECT_EQ(of(groups_of(made.result), made.result, "pipe"), standing::level);
}

TEST(standings, tell_of_each_who_is_not_proven_to_be_behind_it) {
    made_result made;
    made.add("null", {10, 10, 10, 10, 10, 10});
    made.add("pipe", {200, 203, 206, 209, 212, 215});
    made.add("ring", {100, 101, 102, 103, 104, 105});
    made.add("fifo", {201, 205, 204, 210, 211, 216});
    made.add("udp", {150, 150, 150, 150, 150, 150});
    made.set("udp", "lost_share", 0.1);
    made.add("short", {300, 310});
    made.add("pooled", {400, 410, 420, 430, 440, 450});
    made.cell("pooled").summary.front().second.pooled = true;
    const auto group = groups_of(made.result).front();
    const repetition_figures figures(made.result);
    using positions = std::vector<std::size_t>;
    const std::vector<positions> expected{{}, {3, 5, 6}, {5, 6}, {1, 5, 6}, {}, {6}, {}};
    EXPECT_EQ(unproven_behind(made.result, figures, group, *find_metric("p50_ns")), expected);
}

TEST(standings, keep_those_that_lose_messages_apart) {
    made_result made;
    made.add("seqlock", {1, 1, 1, 1, 1, 1});
    made.add("ring", {100, 101, 102, 103, 104, 105});
    made.set("seqlock", "lost_share", 0.999);
    made.add("latest", {2, 2, 2, 2, 2, 2});
    made.mechanism("latest", {{"latest_value", true}});
    const auto groups = groups_of(made.result);
    EXPECT_EQ(of(groups, made.result, "seqlock"), standing::apart);
    EXPECT_EQ(of(groups, made.result, "latest"), standing::apart);
    EXPECT_EQ(of(groups, made.result, "ring"), standing::best);
}

TEST(standings, one_repetition_with_loss_is_enough_to_stand_apart) {
    made_result made;
    made.add("udp", {100, 100, 100, 100, 100, 100});
    made.set("udp", "lost_share", 0, 0.02);
    EXPECT_EQ(of(groups_of(made.result), made.result, "udp"), standing::apart);
}

TEST(standings, a_saturated_cell_is_not_ranked) {
    made_result made;
    made.add("pipe", {1, 1, 1, 1, 1, 1});
    made.add("ring", {100, 101, 102, 103, 104, 105});
    made.cell("pipe").saturated = true;
    EXPECT_EQ(of(groups_of(made.result), made.result, "pipe"), standing::apart);
    EXPECT_EQ(of(groups_of(made.result), made.result, "ring"), standing::best);
}

TEST(standings, differences_below_what_the_run_can_tell_are_none) {
    made_result made;
    made.add("ring", {100, 100.1, 100.2, 100.3, 100.4, 100.5});
    made.add("pipe", {110, 110.1, 110.2, 110.3, 110.4, 110.5});
    EXPECT_EQ(of(groups_of(made.result), made.result, "pipe"), standing::behind);
    made.result.noise = noise_info{};
    made.result.noise->smallest_ratio = 1.2;
    EXPECT_EQ(of(groups_of(made.result), made.result, "pipe"), standing::level);
}

TEST(standings, highest_is_best_where_more_is_better) {
    made_result made("messages_per_second");
    made.add("ring", {1000, 1001, 1002, 1003, 1004, 1005});
    made.add("pipe", {100, 101, 102, 103, 104, 105});
    const auto groups = groups_of(made.result);
    EXPECT_EQ(of(groups, made.result, "ring", "messages_per_second"), standing::best);
    EXPECT_EQ(of(groups, made.result, "pipe", "messages_per_second"), standing::behind);
}

TEST(waiting, is_what_was_measured_and_not_what_the_card_says) {
    made_result made;
    made.add("hybrid", {1});
    made.add("pipe", {1});
    made.add("spinner", {1});
    made.mechanism("hybrid", {}, wait_style::spins_then_blocks);
    made.mechanism("pipe", {}, wait_style::blocks);
    made.mechanism("spinner", {}, wait_style::spins);
    EXPECT_EQ(waiting_of(made.result, made.cell("pipe")), waiting::unknown);
    EXPECT_EQ(waiting_of(made.result, made.cell("spinner")), waiting::burns_core);
    made.set("hybrid", "voluntary_switches_per_message", 6e-5);
    made.set("pipe", "voluntary_switches_per_message", 2);
    EXPECT_EQ(waiting_of(made.result, made.cell("hybrid")), waiting::spun);
    EXPECT_EQ(waiting_of(made.result, made.cell("pipe")), waiting::slept);
    made.set("hybrid", "idle_cpu_share", 0.98);
    EXPECT_EQ(waiting_of(made.result, made.cell("hybrid")), waiting::burns_core);
    made.set("spinner", "idle_cpu_share", 0.01);
    made.set("spinner", "voluntary_switches_per_message", 2);
    EXPECT_EQ(waiting_of(made.result, made.cell("spinner")), waiting::slept);
}

TEST(groups, hold_cells_that_differ_in_the_mechanism_alone) {
    made_result made;
    made.add("ring", {1});
    made.add("pipe", {1});
    made.cell("pipe").parameter = parameter_info{"gap_ns", 1e3, "", {}};
    made.add("queue", {1});
    made.cell("queue").parameter = parameter_info{"gap_ns", 1e6, "", {}};
    made.add("mutex", {1});
    made.cell("mutex").parameter = parameter_info{"gap_ns", 1e6, "", {}};
    const auto groups = groups_of(made.result);
    ASSERT_EQ(groups.size(), 3u);
    EXPECT_EQ(groups[2].cells, (std::vector<std::size_t>{2, 3}));
}

TEST(standings, a_pooled_figure_is_shown_and_not_ranked) {
    test::made_result made;
    made.add("pipe", {10, 11, 12, 10, 11, 12});
    made.add("tcp", {20, 21, 22, 20, 21, 22});
    for (auto& [key, figures] : made.cell("pipe").summary)
        figures.pooled = true;
    const repetition_figures figures(made.result);
    const auto groups = groups_of(made.result);
    const auto found = standings(made.result, figures, groups.front(), *find_metric("p50_ns"));
    EXPECT_EQ(found, (std::vector{standing::none, standing::best}));
}

tree limit(double ratio) {
    return tree::list{tree{{"repetitions", 20}, {"ratio", ratio}}};
}

TEST(standings, cells_are_told_apart_by_their_own_limits_where_those_are_known) {
    made_result made;
    made.result.noise.emplace();
    made.result.noise->smallest_ratio = 1.5;
    made.add("ring", {100, 101, 102, 100, 101, 102, 100, 101, 102, 101});
    made.add("queue", {120, 121, 122, 120, 121, 122, 120, 121, 122, 121});
    const auto groups = groups_of(made.result);
    EXPECT_EQ(of(groups, made.result, "queue"), standing::level) << "by what is noise on average";
    for (const char* mechanism : {"ring", "queue"})
        made.set(mechanism, "voluntary_switches_per_message", 0);
    made.result.header.calibration["by_kind"] =
        tree{{"spins", tree{{"p50_ns", limit(1.04)}}}, {"sleeps", tree{{"p50_ns", limit(1.6)}}}};
    EXPECT_EQ(of(groups, made.result, "queue"), standing::behind) << "both spin";
    made.result.header.calibration["cells"] = tree::list{
        tree{{"name", made.cell("queue").name}, {"metric", "p50_ns"}, {"detectable", limit(1.7)}}};
    EXPECT_EQ(of(groups, made.result, "queue"), standing::level) << "this one is noisier";
    EXPECT_NEAR(
        margin_between(made.result, made.cell("ring"), made.cell("queue"), *find_metric("p50_ns")),
        0.7, 1e-9);
}

}  // namespace
}  // namespace ipcmark
