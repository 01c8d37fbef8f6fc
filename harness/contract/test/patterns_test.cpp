#include "harness/contract/patterns.hpp"

#include <gtest/gtest.h>
#include <set>

namespace ipcmark {
namespace {

TEST(patterns_test, a_row_tells_all_that_readers_need) {
    std::set<std::string_view> words;
    std::set<std::string_view> titles;
    for (const pattern_info& row : pattern_table) {
        EXPECT_EQ(from_word<pattern>(row.word), row.id);
        EXPECT_TRUE(row.question.ends_with('?')) << row.word;
        EXPECT_FALSE(row.method.empty() || row.main_metric.empty()) << row.word;
        EXPECT_FALSE(row.in_short.empty()) << row.word;
        EXPECT_EQ(row.in_short.find("{}") != std::string_view::npos,
                  row.parameters.front() != nullptr)
            << row.word;
        EXPECT_TRUE(words.insert(row.word).second && titles.insert(row.title).second) << row.word;
        EXPECT_EQ(row.pace != nullptr, row.loop == pattern_loop::schedule) << row.word;
    }
}

TEST(patterns_test, what_verifies_a_pattern_verifies_itself) {
    for (const pattern_info& row : pattern_table) {
        if (!row.plain) continue;
        const pattern_info& plain = pattern_of(*row.plain);
        EXPECT_EQ(plain.plain, plain.id) << row.word;
        EXPECT_EQ(plain.both_ways(), row.both_ways()) << row.word;
        EXPECT_EQ(plain.counted_by, row.counted_by) << row.word;
    }
}

TEST(patterns_test, the_usual_cells_of_a_pattern_differ_in_name) {
    for (const pattern_info& row : pattern_table) {
        const auto cells = row.cells({});
        std::set<std::string> suffixes;
        for (const auto& each : cells)
            suffixes.insert(each.suffix);
        EXPECT_EQ(suffixes.size(), cells.size()) << row.word;
        EXPECT_EQ(cells.front().name.empty(), row.parameters.front() == nullptr) << row.word;
    }
}

TEST(patterns_test, each_parameter_has_its_own_name_flag_and_plan_key) {
    std::set<std::string_view> names;
    std::set<std::string_view> flags;
    std::set<std::string_view> keys;
    for (const parameter_spec* each : all_parameters()) {
        EXPECT_TRUE(names.insert(each->name).second && flags.insert(each->flag).second &&
                    keys.insert(each->plan_key).second)
            << each->name;
        EXPECT_FALSE(patterns_with(*each).empty()) << each->name;
    }
    EXPECT_EQ(patterns_with(load_parameter), "paced");
    EXPECT_EQ(pattern_words([](const pattern_info& row) { return !row.one_pair(); }),
              "switch, switch_ring");
}

}  // namespace
}  // namespace ipcmark
