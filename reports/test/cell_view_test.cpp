#include <gtest/gtest.h>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/analysis/test/made_result.hpp"
#include "harness/result/metrics.hpp"
#include "reports/view/stacks.hpp"
#include "reports/view/view_model.hpp"
#include "reports/view/words.hpp"

/// What a view model says of single cells besides their figures.
namespace ipcmark {
namespace {

using test::made_result;
using text_list = std::vector<std::string>;
using string_set = std::set<std::string>;

std::vector<cell_view> cells_of(const run_result& result) {
    return view_of({{"r.json", result}}).views.front().cells;
}

TEST(hop_parts, are_those_that_add_up_and_no_context_switch) {
    cell_result cell;
    cell.kind = pattern::decompose;
    cell.ended = status::ok;
    const auto add = [&cell](const std::string& key) {
        metric_summary figures;
        figures.median = 100;
        figures.unit = "ns";
        cell.summary.emplace_back(key, figures);
    };
    add("context_switch_ns");
    add("syscall_copy_ns");
    EXPECT_EQ(hop_parts_of(cell), text_list{}) << "the rest of the hop is unknown";
    cell_result alone = cell;
    add("wake_up_ns");
    add("cross_core_transfer_ns");
    EXPECT_EQ(hop_parts_of(cell),
              (text_list{"syscall_copy_ns", "cross_core_transfer_ns", "wake_up_ns"}));
    std::swap(cell, alone);
    add("sleep_and_transfer_ns");
    EXPECT_EQ(hop_parts_of(cell), (text_list{"syscall_copy_ns", "sleep_and_transfer_ns"}));
    cell.kind = pattern::round_trip;
    EXPECT_EQ(hop_parts_of(cell), text_list{});
}

TEST(distribution, of_round_trips_adds_up_to_every_message) {
    made_result made;
    for (const char* name : {"pipe", "ring"}) {
        made.add(name, {100});
        made.cell(name).histogram = histogram_info{.sub_bucket_bits = 7,
                                                   .count = 1000,
                                                   .bins = {{100, 900}, {110, 100}},
                                                   .effective_messages = {}};
    }
    made.cell("ring").kind = pattern::paced;
    const auto cells = cells_of(made.result);
    ASSERT_TRUE(cells[0].distribution);
    const auto& of = *cells[0].distribution;
    EXPECT_EQ(std::accumulate(of.bin_steps.begin(), of.bin_steps.end(), std::uint64_t{0}), 1U)
        << "it ends in the second of the two bins";
    EXPECT_EQ(of.greatest_ns, 110);
    EXPECT_FALSE(cells[1].distribution) << "no view draws it";
}

std::string unpinned_answer(const std::vector<double>& shares) {
    made_result made;
    made.add("pipe", std::vector<double>(shares.size(), 2300));
    made.cell("pipe").place = placement::free;
    made.set("pipe", "same_cpu_p50_ns", 2300);
    made.set("pipe", "apart_p50_ns", 41000);
    for (std::size_t i = 0; i < shares.size(); ++i)
        made.result.repetitions[i].metrics["same_cpu_share"] = shares[i];
    const auto model = view_of({{"r.json", made.result}});
    for (const auto& sentence : model.views.front().groups.front().answers.front().sentences)
        if (sentence.find("on one CPU") != sentence.npos ||
            sentence.find("two CPUs") != sentence.npos)
            return sentence;
    return "";
}

TEST(unpinned_pairs, are_told_where_the_scheduler_had_them_and_what_either_place_costs) {
    EXPECT_EQ(unpinned_answer({1, 1, 0.995}), "The scheduler kept both processes on one CPU.");
    EXPECT_EQ(unpinned_answer({0, 0, 0.002}), "The scheduler kept its processes on two CPUs.");
    EXPECT_EQ(
        unpinned_answer({1, 0, 0}),
        "In 1 of 3 repetitions both processes were on one CPU (2.30 us), in the others on two "
        "(41.0 us).");
    EXPECT_EQ(unpinned_answer({0.2, 0.4, 0}),
              "20 % of a repetition's round trips met on one CPU (2.30 us), the others on two "
              "(41.0 us).");
}

const stack_view* stack_in(const cell_view& view, std::string_view name) {
    for (const auto& each : view.stacks)
        if (each.name == name) return &each;
    return nullptr;
}

TEST(stacks, keep_the_measured_whole_and_give_the_parts_their_shares_of_it) {
    made_result made;
    made.add("pipe", {100});
    made.set("pipe", "cpu_ns_per_message", 90);
    made.set("pipe", "producer_cpu_ns_per_message", 25);
    made.set("pipe", "consumer_cpu_ns_per_message", 75);
    made.set("pipe", "user_ns_per_message", 40);
    const auto view = cells_of(made.result)[0];
    const auto* sides = stack_in(view, "cpu_by_process");
    ASSERT_TRUE(sides);
    EXPECT_EQ(sides->total, 90);
    EXPECT_EQ(sides->lengths, (std::vector<std::optional<double>>{22.5, 67.5}));
    const auto* modes = stack_in(view, "cpu_by_mode");
    ASSERT_TRUE(modes);
    EXPECT_EQ(modes->total, 90);
    EXPECT_TRUE(modes->lengths.empty()) << "one mode alone does not tell the whole";
    EXPECT_FALSE(stack_in(view, "switches")) << "not measured";
    EXPECT_FALSE(stack_in(view, "hop")) << "of the pattern switch";
}

TEST(stacks, of_setting_up_add_what_is_known) {
    made_result made;
    made.add("pipe", {100});
    made.cell("pipe").kind = pattern::setup;
    made.set("pipe", "construct_ns", 1000);
    made.set("pipe", "teardown_ns", 500);
    const auto view = cells_of(made.result)[0];
    const auto* setup = stack_in(view, "setup");
    ASSERT_TRUE(setup);
    EXPECT_EQ(setup->total, 1500);
    EXPECT_EQ(setup->lengths, (std::vector<std::optional<double>>{1000, std::nullopt, 500}));
}

TEST(stacks, name_metrics_of_the_table) {
    for (const auto& each : stacks()) {
        for (const auto metric : each.parts)
            EXPECT_TRUE(find_metric(metric)) << metric;
        for (const auto metric : {each.whole, each.beside})
            EXPECT_TRUE(metric.empty() || find_metric(metric)) << metric;
    }
}

TEST(repetitions, are_held_against_the_median_of_their_cell) {
    made_result made;
    made.add("pipe", {100, 200, 400});
    made.result.repetitions[1].metrics["p50_ns"].reset();
    const auto view = cells_of(made.result)[0];
    ASSERT_TRUE(view.repetitions);
    EXPECT_EQ(view.repetitions->metric, "p50_ns");
    EXPECT_EQ(view.repetitions->to_median, (std::vector<std::optional<double>>{0.5, {}, 2}));
}

TEST(repetitions, say_what_the_gate_found_and_nothing_of_their_own) {
    made_result made;
    made.add("pipe", {100, 100, 100, 100});
    const auto judge = [&](std::size_t n, quality how, text_list reasons) {
        auto& timed = *made.result.repetitions[n].timed;
        timed.how = how;
        timed.noise.emplace();
        timed.noise->foreign_cpu = 0.5;
        timed.noise->reasons = std::move(reasons);
    };
    judge(0, quality::quiet, {});
    judge(1, quality::disturbed, {"foreign_cpu 0.5 > 0.15", "steal 0.2 > 0.01"});
    judge(2, quality::usable, {});
    const auto view = cells_of(made.result)[0];
    ASSERT_TRUE(view.repetitions);
    EXPECT_EQ(view.repetitions->disturbed_by,
              (text_list{"nothing", "foreign cpu 0.5 > 0.15; steal 0.2 > 0.01", "", ""}));
}

string_set notices_that_inform(const run_result& result) {
    string_set texts;
    const view_model model = view_of({{"r.json", result}});
    for (const notice& each : model.views.front().notices)
        if (each.severity == "info") texts.insert(each.text);
    return texts;
}

TEST(cell_flags, that_change_how_figures_are_read_are_said_with_their_cells) {
    made_result made;
    for (const char* name : {"null", "mailbox", "ring", "pipe", "futex", "udp"})
        made.add(name, {251});
    EXPECT_EQ(notices_that_inform(made.result), string_set{});
    made.cell("null").flags = made.cell("mailbox").flags = {"bursty", "timer_dominated"};
    made.set("mailbox", "block_mean_ns", 130);
    for (const char* name : {"ring", "pipe", "futex", "udp"})
        made.cell(name).flags = {"bimodal"};
    made.add("stream", {251});
    made.cell("stream").kind = pattern::one_way;
    made.cell("stream").flags = {"bimodal"};
    EXPECT_EQ(
        notices_that_inform(made.result),
        (string_set{"The mean of messages between two readings has it once (flag timer_dominated). "
                    "mailbox, 64 B, two CPUs, shared L3: p50 251 ns, mean without "
                    "readings 130 ns.",
                    "One median stands for neither; the distributions on the page show both (flag "
                    "bimodal). ring, 64 B, two CPUs, shared L3; pipe, 64 B, "
                    "two CPUs, shared L3; futex, 64 B, two CPUs, shared L3; and 1 "
                    "more."}));
}

}  // namespace
}  // namespace ipcmark
