#include <gtest/gtest.h>

#include "harness/analysis/test/made_result.hpp"
#include "reports/csv.hpp"
#include "reports/markdown.hpp"
#include "reports/text.hpp"
#include "reports/view/figure_text.hpp"
#include "reports/view/tables.hpp"

/// What reports say of more than a pair.
namespace ipcmark {
namespace {

using test::made_result;

/// A stream of posix_mq from so many producers; 1: a pair.
void add_stream(made_result& made, unsigned producers, double rate, bool oversubscribed = false) {
    made.add("posix_mq", {rate, rate, rate, rate, rate, rate});
    cell_result& cell = made.result.cells.back();
    cell.kind = pattern::one_way;
    cell.place = placement::free;
    cell.name = "one_way/posix_mq/64/free";
    if (producers == 1) return;
    const std::string text = std::to_string(producers) + ":1";
    cell.name += "/parties=" + text;
    cell.parties = parties_info{text, "shared", producers, 1, 2, oversubscribed};
    metric_summary fairness;
    fairness.n = 6;
    fairness.median = 0.5;
    fairness.unit = find_metric("fairness")->unit;
    cell.summary.emplace_back("fairness", fairness);
}

made_result three_counts() {
    made_result made("messages_per_second");
    add_stream(made, 4, 1e6, true);
    add_stream(made, 1, 2e6);
    add_stream(made, 16, 5e5, true);
    return made;
}

TEST(more_than_a_pair, has_a_table_by_the_number_of_processes) {
    const made_result made = three_counts();
    const auto model = view_of({{"r.json", made.result}});
    const auto& tables = model.views.front().party_tables;
    ASSERT_TRUE(tables);
    ASSERT_EQ(tables->size(), 1u);
    const report_table& table = tables->front();
    EXPECT_EQ(table.title, "Stream, 64 B, by the number of processes (not pinned)");
    ASSERT_EQ(table.heads.size(), 5u);
    EXPECT_EQ(table.heads[4], "least to greatest");
    std::vector<std::string> labels;
    std::vector<std::string> shares;
    for (const table_row& row : table.rows) {
        labels.push_back(row.label);
        shares.push_back(row.cells[1].text);
        ASSERT_EQ(row.cells.size(), 5u);
    }
    EXPECT_EQ(labels, (std::vector<std::string>{"posix_mq, a pair", "posix_mq, 4 producers",
                                                "posix_mq, 16 producers"}));
    EXPECT_EQ(table.rows[0].cells[2].text, "-");
    EXPECT_EQ(table.rows[1].cells[2].text, "shared");
    EXPECT_EQ(table.rows[1].cells[3].text, "5 on 2");
    EXPECT_EQ(shares, (std::vector<std::string>{"100 %", "50 %", "25 %"}));
}

TEST(more_than_a_pair, is_told_by_every_writer) {
    const made_result made = three_counts();
    const auto model = view_of({{"r.json", made.result}});
    for (const std::string& text : {render_text(model, {}), render_markdown(model)})
        EXPECT_NE(text.find("posix_mq, 16 producers"), std::string::npos) << text;
    const std::string csv = render_csv(model);
    EXPECT_NE(csv.find("one_way/posix_mq/64/free/parties=4:1,"), std::string::npos);
    EXPECT_NE(csv.find(",4:1,shared\r\n"), std::string::npos) << csv;
    EXPECT_NE(csv.find(",,\r\n"), std::string::npos) << csv;
}

TEST(more_than_a_pair, stands_in_no_table_and_no_headline_of_pairs) {
    const made_result made = three_counts();
    const auto model = view_of({{"r.json", made.result}});
    const result_view& view = model.views.front();
    ASSERT_EQ(view.groups.size(), 3u) << "other numbers of processes are not compared";
    for (const group_view& group : view.groups)
        EXPECT_EQ(group.headline, !group.several) << group.parameter;
    EXPECT_EQ(view.groups.front().parameter, "4 producers");
    for (const report_table& table : tables_of(made.result, view))
        for (const table_row& row : table.rows)
            if (table.title.find("number of processes") == std::string::npos) {
                EXPECT_EQ(row.label, "posix_mq") << table.title;
            }
}

TEST(more_than_a_pair, of_round_trips_is_clients) {
    EXPECT_EQ(parties_text(pattern::round_trip, {"1:20", "separate", 20, 1, 2, true}),
              "20 clients");
    EXPECT_EQ(parties_text(pattern::round_trip, {"4x1:1", "pairs", 4, 4, 2, true}), "4 pairs");
    EXPECT_EQ(parties_text(pattern::one_way, {"3:1", "shared", 3, 1, 2, true}), "3 producers");
}

TEST(more_than_a_pair, is_absent_where_there_are_pairs_alone) {
    made_result made("messages_per_second");
    add_stream(made, 1, 2e6);
    EXPECT_FALSE(view_of({{"r.json", made.result}}).views.front().party_tables);
}

}  // namespace
}  // namespace ipcmark
