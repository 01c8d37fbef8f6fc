#include "harness/analysis/ab_builder.hpp"

#include <gtest/gtest.h>
#include <stdexcept>

#include "harness/base/json_text.hpp"

namespace ipcmark {
namespace {

constexpr const char* compared = "round_trip/pipe/64/free";
constexpr const char* control = "round_trip/null/65536/free";

ab_builder empty_builder() {
    planned_cell cell;
    cell.what = {"pipe", pattern::round_trip, 64, placement::free, touch::rw, 16};
    ab_result frame;
    frame.variants[0].label = "main";
    frame.variants[1].label = "new";
    frame.rule.looks = {{10, 0.01}};
    frame.pairs = {{compared, compared}};
    const run_header header;
    return {std::move(frame),
            {result_builder(header, {cell}, 10), result_builder(header, {cell}, 10)}};
}

repetition_record repetition(std::uint64_t round, double p50_ns) {
    repetition_record record;
    record.cell = compared;
    record.metrics["p50_ns"] = p50_ns;
    record.timed.emplace();
    record.timed->round = round;
    record.timed->sequence = round;
    return record;
}

TEST(ab_builder, is_built_again_from_the_lines_of_its_journal) {
    ab_builder first = empty_builder();
    std::vector<tree> lines{first.first_line()};
    for (std::uint64_t round = 0; round < 3; ++round) {
        lines.push_back(first.add(0, repetition(round, 100)));
        lines.push_back(first.add(1, repetition(round, 120)));
        lines.push_back(first.add(control_repetition{control, "p50_ns", round, 0, 7}));
        if (round != 1)
            lines.push_back(first.add(control_repetition{control, "p50_ns", round, 1, 8}));
    }
    ASSERT_TRUE(is_ab_journal(parse_json(json_text(lines.front()))));
    ab_builder again(parse_json(json_text(lines.front())));
    for (std::size_t i = 1; i < lines.size(); ++i)
        again.restore(parse_json(json_text(lines[i])));
    EXPECT_EQ(again.repetitions(), 6u);
    EXPECT_EQ(json_text(to_tree(again.result(false, "why"))),
              json_text(to_tree(first.result(false, "why"))));
    const ab_result result = again.result(true, "");
    EXPECT_EQ(result.variants[1].label, "new");
    EXPECT_EQ(result.results[1].repetitions.size(), 3u);
    ASSERT_EQ(result.controls.size(), 1u);
    EXPECT_EQ(result.controls[0].first, (std::vector<double>{7, 7})) << "of whole rounds only";
    EXPECT_EQ(result.controls[0].second, (std::vector<double>{8, 8}));
}

TEST(ab_builder, refuses_what_is_no_line_of_its_journal) {
    ab_builder builder = empty_builder();
    EXPECT_ANY_THROW(builder.restore(parse_json("{}")));
    EXPECT_ANY_THROW(builder.restore(parse_json(R"({"side": 2, "line": {}})")));
    EXPECT_ANY_THROW(builder.restore(parse_json(
        R"({"control": {"cell": "c", "metric": "m", "round": 0, "side": 2, "figure": 1}})")));
    EXPECT_THROW(ab_builder(parse_json(R"({"journal": "ipcmark.ab", "frame": {}})")), bad_field);
    EXPECT_FALSE(is_ab_journal(parse_json(R"({"journal": "ipcmark.result"})")));
}

}  // namespace
}  // namespace ipcmark
