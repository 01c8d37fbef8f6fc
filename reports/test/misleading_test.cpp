#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <optional>

#include "harness/analysis/test/made_result.hpp"
#include "reports/csv.hpp"
#include "reports/markdown.hpp"
#include "reports/text.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/tables.hpp"

/// Results that were built to mislead, and what a reader is told at the end of a terminal's text.
namespace ipcmark {
namespace {

using test::made_result;
using string_list = std::vector<std::string>;

result_view seen(const run_result& result) {
    return view_of({{"r.json", result}}).views.front();
}

string_list closing(const run_result& result) {
    string_list lines;
    for (const auto& each : seen(result).closing)
        lines.push_back((each.under ? "  " : "") + each.text);
    return lines;
}

/// A cell elsewhere with figures of its own; `made` names them all alike.
cell_result& at(made_result& made, const std::string& mechanism, placement place,
                const std::vector<double>& figures) {
    made.add(mechanism, figures);
    cell_result& cell = made.result.cells.back();
    cell.place = place;
    cell.name = fmt::format("round_trip/{}/64/{}", mechanism, to_word(place));
    for (auto& each : made.result.repetitions)
        if (each.cell == "round_trip/" + mechanism + "/64/l3" && place != placement::l3)
            each.cell = cell.name;
    return cell;
}

metric_summary switches_of(double per_message) {
    metric_summary switches;
    switches.n = 6;
    switches.median = per_message;
    switches.unit = "1/message";
    return switches;
}

void sleeps(cell_result& cell) {
    cell.summary.emplace_back("voluntary_switches_per_message", switches_of(2));
}

TEST(misleading, a_tie_names_all_who_are_level) {
    made_result made;
    made.add("pipe", {65e3, 66e3, 67e3, 64e3, 65e3, 66e3});
    made.add("unix_stream", {61e3, 66e3, 63e3, 67e3, 65e3, 64e3});
    EXPECT_EQ(closing(made.result),
              (string_list{"Round trip, 64 B, two CPUs: unix_stream 64.5 us \u00b15 %; no "
                           "difference proven to pipe (below 5 %)."}));
}

TEST(misleading, a_lossy_winner_and_a_spinner_with_the_least_cpu_lead_nothing) {
    made_result made;
    made.add("seqlock", {1, 1, 1, 1, 1, 1});
    made.set("seqlock", "lost_share", 0.9999);
    made.add("spinner", {100, 101, 102, 103, 104, 105});
    made.set("spinner", "idle_cpu_share", 1.0);
    made.set("spinner", "cpu_ns_per_message", 5);
    made.add("pipe", {9000, 9010, 9020, 9030, 9040, 9050});
    sleeps(made.cell("pipe"));
    made.set("pipe", "cpu_ns_per_message", 4000);
    const auto lines = closing(made.result);
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_NE(lines[0].find("spinner 102 ns \u00b12 %, burns a core while idle."),
              std::string::npos)
        << lines[0];
    EXPECT_EQ(lines[1], "  Sleeping when idle: pipe 9.03 us \u00b10.3 %.");
    const auto view = seen(made.result);
    for (const auto& answer : view.groups.at(0).answers)
        if (answer.topic.starts_with("Least CPU")) {
            EXPECT_EQ(answer.mechanism, "pipe");
        }
}

TEST(misleading, a_hybrid_that_never_slept_is_said_to_have_spun) {
    made_result made;
    made.add("hybrid", {477, 478, 479, 480, 481, 482});
    made.mechanism("hybrid", {}, wait_style::spins_then_blocks);
    made.set("hybrid", "voluntary_switches_per_message", 6e-5);
    EXPECT_EQ(closing(made.result).at(0),
              "Round trip, 64 B, two CPUs: hybrid 480 ns \u00b10.5 %, spun throughout, "
              "though it can sleep.");
}

TEST(misleading, a_lucky_percentile_is_pooled_says_so_and_proves_no_order) {
    made_result made("p99_ns");
    for (const char* name : {"lucky", "steady"}) {
        made.add(name, {1000});
        cell_result& cell = made.cell(name);
        cell.kind = pattern::paced;
        cell.parameter = parameter_info{"rate_hz", 1e3, {}, std::nullopt};
        auto& p50 = cell.summary.emplace_back("p50_ns", cell.summary.front().second).second;
        p50.median = name[0] == 'l' ? 500 : 600;
        for (auto& [key, figures] : cell.summary) {
            figures.n = 10;
            figures.pooled = true;
            figures.low = figures.high = std::nullopt;
        }
    }
    const auto lines = closing(made.result);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0],
              "Messages at a fixed rate, 64 B, at 1.00 k/s, two CPUs: lucky 500 ns "
              "pooled, steady 600 ns pooled; no order is proven.");
    const auto model = view_of({{"r.json", made.result}});
    EXPECT_NE(render_text(model, {}).find("1.00 us pooled"), std::string::npos);
    EXPECT_NE(render_markdown(model).find("1.00 us pooled"), std::string::npos);
    EXPECT_NE(render_csv(model).find(",yes,"), std::string::npos);
}

TEST(misleading, a_better_figure_that_is_not_ranked_is_told_beside_the_best) {
    made_result made;
    made.add("spinner", {850, 850, 850, 850, 850, 850});
    made.cell("spinner").summary.front().second.pooled = true;
    made.cell("spinner").summary.front().second.low = std::nullopt;
    made.add("ring", {4400, 4410, 4420, 4430, 4440, 4450});
    made.add("slow", {9000, 9000, 9000, 9000, 9000, 9000});
    made.cell("slow").summary.front().second.pooled = true;
    const auto told = seen(made.result).groups.at(0).answers.at(0);
    EXPECT_EQ(told.mechanism, "ring");
    EXPECT_EQ(told.brief, "ring 4.42 us \u00b10.6 %; not ranked: spinner 850 ns pooled");
    EXPECT_EQ(told.sentences.back(),
              "Single repetitions are too short to rank spinner 850 ns pooled: not proven to be "
              "faster.");
    EXPECT_FALSE(told.proven);
}

TEST(misleading, placements_that_contradict_each_other_stand_side_by_side) {
    made_result made;
    sleeps(at(made, "pipe", placement::same_cpu, {2300, 2301, 2302, 2303, 2304, 2305}));
    at(made, "ring", placement::same_cpu, {9e6, 9.1e6, 9.2e6, 9.3e6, 9.4e6, 9.5e6});
    sleeps(at(made, "pipe", placement::free, {900, 901, 902, 903, 904, 905}));
    at(made, "ring", placement::free, {500, 501, 502, 503, 504, 505})
        .summary.emplace_back("voluntary_switches_per_message", switches_of(0));
    sleeps(at(made, "pipe", placement::l3, {28e3, 28.1e3, 28.2e3, 28.3e3, 28.4e3, 28.5e3}));
    at(made, "ring", placement::l3, {460, 461, 462, 463, 464, 465});
    const auto lines = closing(made.result);
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_TRUE(lines[0].starts_with("Round trip, 64 B, two CPUs: ring 462 ns"));
    EXPECT_EQ(lines[1], "  Sleeping when idle: pipe 28.2 us \u00b10.9 %.");
    EXPECT_EQ(lines[2],
              "  One CPU: pipe 2.30 us \u00b10.1 %; not pinned: ring 502 ns \u00b10.5 %, spun "
              "throughout, though it can sleep; sleeping when idle: pipe 902 ns \u00b10.3 %.");
    EXPECT_EQ(lines[3],
              "  Waking the other CPU costs here: pipe takes 28.2 us on two CPUs, shared L3, and "
              "2.30 us on one CPU.");
    const auto view = seen(made.result);
    EXPECT_EQ(std::count_if(view.closing.begin(), view.closing.end(),
                            [](const closing_line& each) { return each.elsewhere; }),
              2);
    const auto tables = main_tables_of(made.result, view);
    ASSERT_EQ(tables.size(), 1u);
    EXPECT_EQ(tables[0].heads, (string_list{"p50", "p50, one CPU", "p50, not pinned"}));
}

/// Two of six repetitions of a stream lie beyond the ceiling.
made_result beyond_the_ceiling(std::optional<quality> of_these, std::optional<double> best) {
    made_result made("bytes_per_second");
    made.add("ring", {12.0e9, 12.1e9, 12.2e9, 12.3e9, 47e9, 48.6e9});
    for (auto& each : made.result.repetitions)
        each.timed->how = *each.metrics["bytes_per_second"] > 40e9 ? of_these : quality::quiet;
    cell_result& cell = made.cell("ring");
    cell.kind = pattern::one_way;
    cell.payload_bytes = 65536;
    cell.floor =
        cell_floor{"xfer", 19.5e9, "bytes_per_second", "64 KiB goes from CPU to CPU", best};
    made.set("ring", "ratio_to_floor", 19.5 / 12.25);
    return made;
}

TEST(misleading, repetitions_beyond_the_ceiling_tell_what_is_proven_wrong) {
    const std::string fact =
        "The ceiling was measured at 19.5 GB/s; 2 of 6 repetitions lie beyond it, up to 48.6 "
        "GB/s: ";
    const std::string undisturbed =
        "they were undisturbed, so the ceiling is wrong and says nothing here.";
    const std::string reached =
        "the machine itself reached 60.0 GB/s, so the ceiling says nothing here.";
    const std::string either = "either the ceiling or those repetitions are wrong.";
    struct row {
        std::optional<quality> of_these;
        std::optional<double> best;
        std::string told;
    };
    for (const row& each :
         {row{quality::quiet, std::nullopt, undisturbed}, row{quality::usable, 20e9, undisturbed},
          row{quality::disturbed, 60e9, reached}, row{quality::disturbed, 20e9, either},
          row{std::nullopt, std::nullopt, either}}) {
        const auto made = beyond_the_ceiling(each.of_these, each.best);
        const auto model = view_of({{"r.json", made.result}});
        const result_view& view = model.views.front();
        const std::string doubt = fact + each.told;
        EXPECT_EQ(view.cells[0].doubt, doubt);
        const auto& told = view.groups.at(0).answers.at(0);
        EXPECT_EQ(told.sentences.at(1), doubt);
        EXPECT_EQ(told.brief.find("of the ceiling"), std::string::npos) << told.brief;
        EXPECT_NE(joined(view.trust).find("1 cell has figures beyond the limit that the machine"),
                  std::string::npos);
        for (const auto& text :
             {render_text(model, {.columns = 300, .all_tables = true}), render_markdown(model)}) {
            EXPECT_NE(text.find(doubt), std::string::npos) << text;
            EXPECT_EQ(text.find("is rough"), std::string::npos) << text;
            EXPECT_EQ(text.find("of ceiling"), std::string::npos) << "no share of a wrong limit";
        }
    }
}

TEST(misleading, a_ceiling_that_nothing_lies_beyond_is_told_as_a_share) {
    auto made = beyond_the_ceiling(quality::quiet, std::nullopt);
    made.cell("ring").floor->value = 60e9;
    made.cell("ring").summary.pop_back();
    made.set("ring", "ratio_to_floor", 60 / 12.25);
    const auto view = seen(made.result);
    EXPECT_EQ(view.cells[0].doubt, "");
    EXPECT_NE(view.groups.at(0).answers.at(0).brief.find("20 % of the ceiling"), std::string::npos);
}

TEST(misleading, all_skipped_says_so_and_names_nobody) {
    made_result made;
    made.add("pipe", {});
    made.cell("pipe").ended = status::skipped;
    made.cell("pipe").why = reason{"limit", std::nullopt, "payload 64 is too much"};
    EXPECT_TRUE(closing(made.result).empty());
    const auto text = render_text(view_of({{"r.json", made.result}}), {});
    EXPECT_NE(text.find("0 of 1 cell measured; 1 skipped (--problems says why)."),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("1 cell skipped: payload 64 is too much"), std::string::npos) << text;
}

TEST(misleading, paced_alone_has_its_share_of_a_core_and_the_senders_lateness) {
    made_result made;
    made.add("pipe", {30e3, 31e3, 32e3, 33e3, 34e3, 35e3});
    cell_result& cell = made.cell("pipe");
    cell.kind = pattern::paced;
    cell.parameter = parameter_info{"rate_hz", 60, {}, std::nullopt};
    made.set("pipe", "core_share", 0.036);
    made.set("pipe", "p99_ns", 1.81e6);
    made.set("pipe", "sched_lag_p99_ns", 1.3e6);
    const auto sentences = seen(made.result).groups.at(0).answers.at(0).sentences;
    ASSERT_EQ(sentences.size(), 3u);
    EXPECT_EQ(sentences[1], "It takes 3.6 % of a core.");
    EXPECT_EQ(sentences[2],
              "Its p99 is 1.81 ms, of which the sender was late by 1.30 ms: it says little of the "
              "mechanism.");
    const auto tables = main_tables_of(made.result, seen(made.result));
    ASSERT_EQ(tables.size(), 1u);
    EXPECT_EQ(tables[0].heads, (string_list{"p50", "p99", "CPU of a core", "sender late, p99"}));
}

TEST(misleading, of_a_thousand_cells_the_end_is_as_short) {
    made_result made;
    for (int i = 0; i < 1000; ++i) {
        const double base = 1000 + 10 * i;
        made.add(fmt::format("mechanism_{}", i),
                 {base, base + 1, base + 2, base + 3, base + 4, base + 5});
    }
    const auto text = render_text(view_of({{"r.json", made.result}}), {.columns = 80});
    const auto last = text.substr(text.rfind("\n\n") + 2);
    EXPECT_LE(std::count(last.begin(), last.end(), '\n'), 9) << last;
    EXPECT_TRUE(last.starts_with("Round trip, 64 B, two CPUs: mechanism_0 1.00 us"));
    EXPECT_NE(last.find("1000 of 1000 cells measured."), std::string::npos) << last;
}

TEST(misleading, two_results_of_one_revision_are_told_apart_by_file_and_date) {
    made_result made;
    made.add("ring", {100, 101, 102, 103, 104, 105});
    run_result later = made.result;
    made.result.header.run.started = "2026-01-31T12:00:00Z";
    later.header.run.started = "2026-02-01T08:30:00Z";
    const auto model = view_of({{"a/old.json", made.result}, {"b/new.json", later}});
    EXPECT_EQ(model.comparisons.at(0).summary,
              "new.json (2026-02-01 08:30 UTC) against old.json (2026-01-31 12:00 UTC): 1 figure "
              "compared: 1 no difference.");
    EXPECT_EQ(model.comparisons.at(0).environment, "Same machine, limits and build.");
}

TEST(equal_costs, are_lines_between_the_cheapest_and_the_most_expensive_message) {
    made_result made("messages_per_second");
    for (const std::size_t bytes : {64, 4096}) {
        made.add("ring", {bytes == 64 ? 5e6 : 2e4});
        cell_result& cell = made.result.cells.back();
        cell.kind = pattern::one_way;
        cell.payload_bytes = bytes;
    }
    const auto lines = seen(made.result).equal_costs;
    ASSERT_EQ(lines.size(), 2u) << "between 200 ns and 50 us";
    EXPECT_EQ(lines[0].text, "1 us a message");
    EXPECT_EQ(lines[1].text, "10 us a message");
    EXPECT_DOUBLE_EQ(lines[1].messages_per_second, 1e5);
    ASSERT_EQ(lines[1].bytes_per_second.size(), 7u) << "64 B, 128 B, ... 4 KiB";
    EXPECT_EQ(lines[1].bytes_per_second.back(), (std::pair<std::size_t, double>{4096, 4096e5}));
}

}  // namespace
}  // namespace ipcmark
