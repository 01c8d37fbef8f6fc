#include "reports/ab_report.hpp"

#include <gtest/gtest.h>

#include "harness/base/json_text.hpp"
#include "harness/result/ab_result.hpp"
#include "reports/markdown.hpp"
#include "reports/read_result.hpp"
#include "reports/text.hpp"
#include "reports/view/view_model.hpp"

namespace ipcmark {
namespace {

const std::string one_cell = "round_trip/pipe/64/cross";

run_result side_of(double p50_ns, std::size_t rounds) {
    run_result result;
    cell_result& cell = result.cells.emplace_back();
    cell.name = one_cell;
    cell.mechanism = "pipe";
    cell.kind = pattern::round_trip;
    cell.payload_bytes = 64;
    for (std::size_t round = 0; round < rounds; ++round) {
        repetition_record record;
        record.cell = one_cell;
        // A little apart from round to round, the same on both sides.
        record.metrics["p50_ns"] = p50_ns * (1 + 0.001 * static_cast<double>(round % 5));
        record.timed.emplace();
        record.timed->cell = one_cell;
        record.timed->round = round;
        result.repetitions.push_back(std::move(record));
    }
    return result;
}

ab_result compared_of(double a_ns, double b_ns, std::size_t rounds = 20) {
    ab_result of;
    of.variants[0].label = "old/libmine.so";
    of.variants[1].label = "new/libmine.so";
    of.rule.looks = looks_for(rounds);
    of.pairs = {{one_cell, one_cell}};
    of.results = {side_of(a_ns, rounds), side_of(b_ns, rounds)};
    return of;
}

TEST(ab_report, says_the_verdict_last_and_what_changed_before_it) {
    const ab_result of = compared_of(1'000, 1'200);
    EXPECT_EQ(
        ab_answer(of, judge(of)),
        (std::vector<std::string>{
            "Worse: p50 of round_trip/pipe/64/cross: A 1.00 us, B 1.20 us, 1.20x [1.20 .. "
            "1.20].",
            "B is worse than A: of 1 figure 1 worse. Equal sides would show 0.01 false alarms "
            "at most."}));
}

TEST(ab_report, has_a_sentence_for_each_way_to_end) {
    const auto last = [](const ab_result& of) { return ab_answer(of, judge(of)).back(); };
    EXPECT_TRUE(last(compared_of(1'000, 1'000)).starts_with("B is as good as A: "));
    EXPECT_TRUE(last(compared_of(1'000, 800)).starts_with("B is better than A: "));
    EXPECT_TRUE(last(compared_of(1'000, 1'200, 3)).starts_with("No difference between B and A is"));
    EXPECT_EQ(last(compared_of(1'000, 1'200, 0)),
              "Nothing is decided: no pair of repetitions was measured.");
    ab_result same = compared_of(1'000, 1'000);
    same.same = true;
    EXPECT_TRUE(last(same).starts_with("Both sides are the same, which tests this machine: "));
    ab_result moved = compared_of(1'000, 1'200);
    moved.controls = {{"round_trip/null/64/cross", "p50_ns", {}, {}}};
    for (int i = 0; i < 20; ++i) {
        moved.controls[0].first.push_back(100);
        moved.controls[0].second.push_back(130);
    }
    EXPECT_TRUE(last(moved).starts_with("Nothing is decided: the machine moved. round_trip/null"));
    EXPECT_EQ(github_annotations(moved, judge(moved)).find("::error"), std::string::npos);
    EXPECT_NE(render_junit(moved, judge(moved)).find("failures=\"0\""), std::string::npos);
}

TEST(ab_report, a_cell_without_figures_is_told) {
    ab_result of = compared_of(1'000, 1'000);
    cell_result& cell = of.results[1].cells.front();
    cell.ended = status::failed;
    cell.why = reason{"died", {}, "killed by <SIGSEGV> & gone"};
    const auto judged = judge(of);
    EXPECT_EQ(ab_answer(of, judged).front(),
              "Not measured, B: round_trip/pipe/64/cross failed: killed by <SIGSEGV> & gone");
    EXPECT_NE(github_annotations(of, judged).find("::warning title=ipcmark: not measured::B: "),
              std::string::npos);
    const auto junit = render_junit(of, judged);
    EXPECT_NE(junit.find("killed by &lt;SIGSEGV&gt; &amp; gone"), std::string::npos);
    EXPECT_NE(junit.find("failures=\"1\""), std::string::npos);
}

TEST(ab_report, github_takes_percent_signs_and_line_ends_as_escapes) {
    ab_result of = compared_of(1'000, 1'200);
    of.pairs[0].a = of.pairs[0].b = "round_trip/pi%pe\n/64/cross";
    for (auto& side : of.results)
        for (auto& each : side.repetitions)
            each.cell = of.pairs[0].a;
    const auto text = github_annotations(of, judge(of));
    EXPECT_NE(text.find("pi%25pe%0A/64"), std::string::npos);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST(ab_report, markdown_begins_with_the_marker_and_is_cut_where_it_must_be) {
    const ab_result of = compared_of(1'000, 1'200);
    const auto whole = render_ab_markdown(of, judge(of), 65'535);
    EXPECT_TRUE(whole.starts_with(std::string(comment_marker) + "\n"));
    EXPECT_NE(whole.find("| p50 `round_trip/pipe/64/cross` | 1.00 us | 1.20 us | 1.20x"),
              std::string::npos);
    const auto cut = render_ab_markdown(of, judge(of), 400);
    EXPECT_LE(cut.size(), 400u);
    EXPECT_NE(cut.find("More does not fit in here"), std::string::npos);
}

TEST(ab_report, text_and_page_say_what_the_answer_says) {
    const ab_result of = compared_of(1'000, 1'200);
    const auto judged = judge(of);
    const view_model model = view_of(of, judged);
    ASSERT_EQ(model.comparisons.size(), 1u);
    const auto& view = model.comparisons[0];
    EXPECT_EQ(view.summary, ab_answer(of, judged).back());
    EXPECT_EQ(view.title, "B (new/libmine.so) against A (old/libmine.so)");
    ASSERT_EQ(view.tables.size(), 1u);
    EXPECT_EQ(view.tables[0].rows[0].pairs, 20u);
    EXPECT_NEAR(view.tables[0].margin_to, 1.04, 1e-9);
    const auto text = render_text(model, {.columns = 200});
    EXPECT_TRUE(text.ends_with(view.summary + "\n")) << text;
    EXPECT_NE(render_markdown(model).find("B is worse than A"), std::string::npos);
}

TEST(ab_report, a_file_is_read_as_it_was_written) {
    ab_result of = compared_of(1'000, 1'200);
    of.confirmation = {compared_of(1'000, 1'200)};
    of.rule.margins["p50_ns"] = 0.25;
    of.variants[1].environment = {"A=b"};
    const ab_result back = ab_result_from_tree(parse_json(json_text(to_tree(of), 1)));
    EXPECT_EQ(back.variants[1].environment, of.variants[1].environment);
    EXPECT_EQ(back.rule.margins, of.rule.margins);
    ASSERT_EQ(back.confirmation.size(), 1u);
    EXPECT_EQ(ab_answer(back, judge(back)), ab_answer(of, judge(of)));
    tree broken = to_tree(of);
    broken["results"] = tree::array();
    EXPECT_THROW(ab_result_from_tree(broken), bad_field);
    broken.erase("variants");
    EXPECT_THROW(ab_result_from_tree(broken), bad_field);
}

}  // namespace
}  // namespace ipcmark
