#include "reports/view/view_model.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/analysis/test/made_result.hpp"
#include "reports/markdown.hpp"
#include "reports/text.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/tables.hpp"
#include "reports/view/words.hpp"

/// What is said of results that were built to mislead.
namespace ipcmark {
namespace {

using test::made_result;
using list = std::vector<std::string>;

result_view view_of_one(const run_result& result) {
    return view_of({{"r.json", result}}).views.front();
}

/// Topic and sentences of each answer of the group that stands for the result.
list answers(const run_result& result) {
    list lines;
    for (const auto& group : view_of_one(result).groups)
        if (group.headline)
            for (const auto& each : group.answers)
                lines.push_back(each.topic + ": " + joined(each.sentences));
    return lines;
}

TEST(answers, a_tie_is_called_one) {
    made_result made;
    made.add("pipe", {65e3, 66e3, 67e3, 64e3, 65e3, 66e3});
    made.add("unix_stream", {61e3, 66e3, 63e3, 67e3, 65e3, 64e3});
    EXPECT_EQ(answers(made.result),
              (list{"Fastest round trip, 64 B, two CPUs, shared L3: unix_stream 64.5 us \u00b15 %. "
                    "No difference proven to pipe (below 5 %)."}));
}

TEST(answers, a_floor_that_the_figure_lies_beyond_is_no_floor) {
    const auto answer = [](double ratio) {
        made_result made;
        made.add("ring", {200, 200, 200, 200, 200, 200});
        made.set("ring", "ratio_to_floor", ratio);
        made.result.cells[0].floor = cell_floor{"line", 200 / ratio, "ns", "a line moves", {}};
        return answers(made.result).at(0);
    };
    const auto says = [&](double ratio, const std::string& words) {
        EXPECT_NE(answer(ratio).find(words), std::string::npos) << answer(ratio);
    };
    says(2, "The floor is 100 ns, since a line moves: 2.00 times that.");
    says(0.95, "which it reached.");
    says(0.4,
         "The floor was measured at 500 ns; 6 of 6 repetitions lie beyond it, down to 200 ns: "
         "either the floor or those repetitions are wrong.");
}

TEST(answers, of_a_state_that_is_read_at_will_nothing_is_lost) {
    made_result made;
    made.add("seqlock", {100, 101, 102, 103, 104, 105});
    made.add("buffers", {200, 201, 202, 203, 204, 205});
    for (const char* each : {"seqlock", "buffers"}) {
        made.mechanism(each, {{"latest_value", true}});
        made.cell(each).kind = pattern::state;
    }
    const auto view = view_of_one(made.result);
    EXPECT_FALSE(view.cells[0].lossy);
    ASSERT_EQ(view.groups.size(), 1u);
    const auto& group = view.groups[0];
    ASSERT_FALSE(group.answers.empty());
    EXPECT_EQ(group.answers[0].mechanism, "seqlock");
    ASSERT_FALSE(group.columns.empty());
    EXPECT_EQ(group.columns[0].label, "age p50");
}

TEST(answers, a_lossy_winner_wins_nothing) {
    made_result made;
    made.add("seqlock", {1, 1, 1, 1, 1, 1});
    made.set("seqlock", "lost_share", 0.9999);
    made.add("ring", {100, 101, 102, 103, 104, 105});
    for (const auto& line : answers(made.result))
        EXPECT_EQ(line.find("seqlock"), std::string::npos) << line;
    EXPECT_TRUE(view_of_one(made.result).cells[0].lossy);
}

TEST(answers, a_hybrid_that_never_slept_is_not_called_a_sleeper) {
    made_result made;
    made.add("hybrid", {477, 478, 479, 480, 481, 482});
    made.mechanism("hybrid", {}, wait_style::spins_then_blocks);
    made.set("hybrid", "voluntary_switches_per_message", 6e-5);
    made.set("hybrid", "cpu_ns_per_message", 900);
    made.add("pipe", {60e3, 61e3, 62e3, 63e3, 64e3, 65e3});
    made.set("pipe", "voluntary_switches_per_message", 2);
    made.set("pipe", "cpu_ns_per_message", 44e3);
    const auto lines = answers(made.result);
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_NE(lines[0].find("hybrid 480 ns \u00b10.5 %, spun throughout, though it can sleep"),
              std::string::npos)
        << lines[0];
    EXPECT_TRUE(lines[1].starts_with("Fastest round trip that sleeps")) << lines[1];
    EXPECT_NE(lines[1].find("pipe 62.5 us"), std::string::npos) << lines[1];
    EXPECT_NE(lines[2].find("Least CPU among those that sleep"), std::string::npos);
    EXPECT_NE(lines[2].find("pipe 44.0 us"), std::string::npos) << "a spinner is never least CPU";
}

TEST(answers, a_spinner_is_said_to_burn_a_core) {
    made_result made;
    made.add("ring", {100, 101, 102, 103, 104, 105});
    made.set("ring", "idle_cpu_share", 1.0);
    made.set("ring", "cpu_ns_per_message", 5);
    const auto lines = answers(made.result);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_NE(lines[0].find("burns a core while idle"), std::string::npos);
}

TEST(answers, few_repetitions_are_said_to_prove_nothing) {
    made_result made;
    made.add("ring", {100, 101, 102});
    made.add("pipe", {9000, 9001, 9002});
    const auto lines = answers(made.result);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_NE(lines[0].find("Only 3 repetitions count: no order is proven before 4 do."),
              std::string::npos);
}

TEST(answers, the_few_repetitions_of_another_are_not_called_those_of_the_best) {
    made_result made;
    made.add("ring", {100, 101, 102, 103});
    made.add("pipe", {9000});
    EXPECT_NE(answers(made.result)
                  .at(0)
                  .find("Of another only 1 repetition counts: no order is proven before 4 do."),
              std::string::npos)
        << answers(made.result).at(0);
}

TEST(answers, each_placement_has_its_own) {
    made_result made;
    made.add("pipe", {60e3, 61e3, 62e3, 63e3, 64e3, 65e3});
    made.add("ring", {100, 101, 102, 103, 104, 105});
    made.cell("ring").place = placement::same_cpu;
    const auto lines = answers(made.result);
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_NE(lines[0].find("two CPUs, shared L3: pipe"), std::string::npos);
    EXPECT_NE(lines[1].find("one CPU: ring"), std::string::npos);
}

TEST(answers, there_are_none_where_nothing_was_measured) {
    made_result made;
    made.add("pipe", {});
    made.cell("pipe").ended = status::skipped;
    made.cell("pipe").why = reason{"limit", std::nullopt, "payload 64 is too much"};
    EXPECT_TRUE(answers(made.result).empty());
    const auto view = view_of_one(made.result);
    ASSERT_EQ(view.problems.size(), 1u);
    EXPECT_EQ(view.cells[0].absence, "limit");
    EXPECT_EQ(view.trust.front(), "0 of 1 cell measured; 1 skipped.");
    EXPECT_TRUE(tables_of(made.result, view).empty());
}

/// Two mechanisms at two rates; the figures are p99.
made_result under_load() {
    made_result made("p99_ns");
    const auto add = [&](const char* mechanism, double rate, double p99_ns) {
        made.add(mechanism, {p99_ns});
        cell_result& cell = made.result.cells.back();
        cell.kind = pattern::paced;
        cell.name = fmt::format("paced/{}/64/l3/rate={:.0f}", mechanism, rate);
        cell.parameter = parameter_info{"rate_hz", rate, {}, std::nullopt};
    };
    add("ring", 1e4, 500);
    add("pipe", 1e4, 5'000);
    add("ring", 1e5, 600);
    add("pipe", 1e5, 20'000);
    return made;
}

TEST(load, the_knee_of_each_curve_is_told_once_in_a_sentence) {
    auto made = under_load();
    const std::string begin = "Under load, 64 B, two CPUs, shared L3: ";
    const auto said = [&] { return view_of_one(made.result).loads.at(0).text; };
    EXPECT_EQ(said(), begin +
                          "ring has no knee up to 100 k/s; the p99 of pipe at 100 k/s is more "
                          "than twice that at 10.0 k/s.");
    made.result.cells[3].saturated = true;
    made.result.cells[0].saturated = true;
    EXPECT_EQ(said(), begin + "ring cannot keep even 10.0 k/s; pipe cannot keep 100 k/s.");
    const auto model = view_of({{"r.json", made.result}});
    EXPECT_NE(render_text(model, {.columns = 200, .all_tables = true}).find("\n" + said() + "\n"),
              std::string::npos);
    EXPECT_NE(render_markdown(model).find("\n" + said() + "\n"), std::string::npos);
}

TEST(load, a_single_rate_has_no_knee_to_tell) {
    auto made = under_load();
    made.result.cells.resize(2);
    EXPECT_EQ(view_of_one(made.result).loads.at(0).text, "");
    made.result.cells.clear();
    EXPECT_TRUE(view_of_one(made.result).loads.empty());
}

TEST(groups, say_how_far_each_cell_is_from_the_best_and_who_is_on_the_frontier) {
    made_result made;
    made.add("ring", {300});
    made.add("pipe", {1000});
    made.set("ring", "cpu_ns_per_message", 700);
    made.set("pipe", "cpu_ns_per_message", 100);
    const auto group = view_of_one(made.result).groups.at(0);
    EXPECT_EQ(group.column("p50_ns")->ratios, (std::vector<std::optional<double>>{1, 3.333}));
    EXPECT_EQ(group.column("cpu_ns_per_message")->ratios,
              (std::vector<std::optional<double>>{7, 1}));
    ASSERT_TRUE(group.traded);
    EXPECT_EQ(group.traded->frontiers, (std::vector{frontier::all, frontier::all}));
}

TEST(problems, the_same_limit_for_several_payloads_is_one) {
    made_result made;
    for (const std::size_t bytes : {65536, 1048576, 4096}) {
        made.add("posix_mq", {});
        cell_result& cell = made.result.cells.back();
        cell.payload_bytes = bytes;
        cell.ended = status::skipped;
        cell.why =
            reason{"limit", std::nullopt,
                   "payload " + std::to_string(bytes) +
                       " exceeds 8192; sysctl -w fs.mqueue.msgsize_max=" + std::to_string(bytes)};
    }
    made.add("pipe", {});
    made.cell("pipe").ended = status::failed;
    made.cell("pipe").why = reason{"error", "timed loop", "write: Broken pipe"};
    const auto found = view_of_one(made.result).problems;
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].text, "write: Broken pipe (stage: timed loop)") << "failures come first";
    EXPECT_EQ(found[1].cells.size(), 3u);
    EXPECT_EQ(found[1].text,
              "payload 1048576 exceeds 8192; sysctl -w fs.mqueue.msgsize_max=1048576")
        << "a command that can be typed";
    EXPECT_NE(found[1].where.find("4 KiB, 64 KiB and 1 MiB"), std::string::npos) << found[1].where;
}

TEST(tables, show_ties_as_ties_and_the_instrument_last) {
    made_result made;
    made.add("null", {10, 10, 10, 10, 10, 10});
    made.add("pipe", {200, 203, 206, 209, 212, 215});
    made.add("queue", {102, 100, 105, 109, 101, 107});
    made.add("ring", {100, 101, 102, 103, 104, 105});
    const auto view = view_of_one(made.result);
    const auto tables = tables_of(made.result, view);
    ASSERT_EQ(tables.size(), 1u);
    list labels;
    for (const auto& row : tables[0].rows)
        labels.push_back(row.label);
    EXPECT_EQ(labels, (list{"ring", "queue", "pipe", "null (instrument)"}));
    EXPECT_EQ(tables[0].rows[0].cells[0].stands, standing::best);
    EXPECT_EQ(tables[0].rows[1].cells[0].stands, standing::level);
    const auto text = render_text(view_of({{"r.json", made.result}}), {.utf8 = true});
    EXPECT_NE(text.find("102 ns \u00b12 %*\n"), std::string::npos) << text;
    EXPECT_NE(text.find("208 ns \u00b14 %\n"), std::string::npos) << text;
}

TEST(tables, keep_a_mechanism_of_one_size_out_of_those_by_payload) {
    made_result made;
    for (const std::size_t bytes : {64, 4096}) {
        made.add("pipe", {200});
        made.result.cells.back().payload_bytes = bytes;
    }
    made.add("signal_queue", {900});
    made.result.cells.back().payload_bytes = 8;
    const auto tables = tables_of(made.result, view_of_one(made.result));
    ASSERT_GE(tables.size(), 2u);
    EXPECT_EQ(tables[0].heads, (list{"64 B", "4 KiB"}));
    const auto has_row = [](const report_table& table) {
        return std::any_of(table.rows.begin(), table.rows.end(),
                           [](const auto& row) { return row.label == "signal_queue"; });
    };
    EXPECT_FALSE(has_row(tables[0]));
    EXPECT_TRUE(std::any_of(tables.begin() + 1, tables.end(), has_row)) << "nothing is lost";
}

TEST(main_metric, of_its_pattern_is_what_every_writer_leads_with) {
    for (const pattern_info& row : pattern_table) {
        made_result made;
        made.add("pipe", {500});
        cell_result& cell = made.cell("pipe");
        cell.kind = row.id;
        for (const auto& other : pattern_table)
            if (other.main_metric != "p50_ns")
                made.set("pipe", std::string(other.main_metric), 7e6);
        const auto model = view_of({{"r.json", made.result}});
        const auto& group = model.views.front().groups.at(0);
        EXPECT_EQ(group.main_metric, row.main_metric) << "there are no bytes in the figures";
        const metric& main = *find_metric(row.main_metric);
        const std::string figure = *median_text(cell.find(main.key));
        const std::string label = label_of(main, row.id, 64);
        EXPECT_EQ(tables_of(made.result, model.views.front()).at(0).heads.at(0), label);
        const auto leads = [&](const std::string& text, const std::string& line) {
            EXPECT_NE(text.find(line), std::string::npos) << row.word << "\n" << text;
        };
        leads(render_markdown(model), "| mechanism | " + label + " |");
        if (main.margin <= 0) continue;  // differences of it say nothing: nobody is asked for
        ASSERT_FALSE(group.answers.empty()) << row.word;
        EXPECT_EQ(group.answers.front().figure, figure) << row.word;
        leads(render_markdown(model), ": pipe " + figure);
        leads(render_text(model, {.columns = 300}), ": pipe " + figure);
    }
}

TEST(comparisons, name_the_files_and_count_the_verdicts) {
    made_result before;
    before.add("ring", {100, 101, 102, 103, 104, 105});
    made_result after;
    after.add("ring", {200, 202, 204, 206, 208, 210});
    const auto model = view_of({{"old.json", before.result}, {"new.json", after.result}});
    ASSERT_EQ(model.comparisons.size(), 1u);
    const auto& seen = model.comparisons[0];
    EXPECT_EQ(seen.title, "new.json against old.json");
    EXPECT_EQ(seen.environment, "Same machine, limits and build.");
    ASSERT_EQ(seen.tables.size(), 1u);
    EXPECT_EQ(seen.tables[0].title, "round trip, p50");
    EXPECT_EQ(seen.tables[0].summary, "1 worse");
    EXPECT_TRUE(seen.summary.ends_with(": 1 worse.")) << seen.summary;
    EXPECT_EQ(seen.tables[0].reading,
              "After over before; below 1x is better. A difference of less than 5 % does not "
              "matter.");
    EXPECT_DOUBLE_EQ(seen.tables[0].margin_to, 1.05);
    EXPECT_DOUBLE_EQ(seen.tables[0].margin_from, 1 / 1.05);
    EXPECT_EQ(table_of(seen.tables[0], true).rows.size(), 1u);
    EXPECT_EQ(table_of(seen.tables[0], false).rows.size(), 0u);
}

TEST(figure_text, is_by_the_unit) {
    EXPECT_EQ(figure_text(425.4, "ns"), "425 ns");
    EXPECT_EQ(figure_text(4310, "ns/message"), "4.31 us");
    EXPECT_EQ(figure_text(4.12e9, "B/s"), "4.12 GB/s");
    EXPECT_EQ(figure_text(2.41e6, "1/s"), "2.41 M/s");
    EXPECT_EQ(figure_text(0.963, "share"), "96.3 %");
    EXPECT_EQ(figure_text(0.0001, "share"), "<0.1 %");
    EXPECT_EQ(figure_text(3.1e6, "B"), "3.10 MB");
    EXPECT_EQ(figure_text(0, "1/message"), "0");
    EXPECT_EQ(figure_text(3.4e-05, "1/message"), "<0.01");
    EXPECT_EQ(figure_text(1.994, "1/message"), "1.99");
}

TEST(figure_text, an_interval_with_one_long_side_is_told_by_its_ends) {
    metric_summary figures;
    figures.unit = "ns";
    figures.median = 1000;
    EXPECT_EQ(spread_text(figures), "");
    figures.low = 900;
    figures.high = 1100;
    EXPECT_EQ(spread_text(figures), " ±10 %");
    figures.low = figures.high = 1000;
    EXPECT_EQ(spread_text(figures), " ±<0.5 %") << "a histogram tells no two figures so close";
    figures.low = 900;
    figures.high = 1010;
    EXPECT_EQ(spread_text(figures), " (900 ns to 1.01 us)");
    figures.low = 980;
    figures.high = 1001;
    EXPECT_EQ(spread_text(figures), " ±1 %") << "too little to matter";
}

TEST(figure_text, lists_names) {
    EXPECT_EQ(some_of({"a"}, 2), "a");
    EXPECT_EQ(some_of({"a", "b"}, 2), "a and b");
    EXPECT_EQ(some_of({"a", "b", "c"}, 2), "a, b and c");
    EXPECT_EQ(some_of({"a", "b", "c", "d"}, 2), "a, b and 2 more");
}

TEST(figure_text, a_pooled_percentile_says_so) {
    metric_summary figures;
    figures.n = 6;
    figures.median = 12'300;
    figures.unit = "ns";
    EXPECT_EQ(median_text(&figures), figure_text(12'300, "ns"));
    figures.pooled = true;
    EXPECT_EQ(median_text(&figures), figure_text(12'300, "ns") + " pooled");
}

}  // namespace
}  // namespace ipcmark
