#include "reports/html.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include "harness/base/json_text.hpp"
#include "reports/embedded.hpp"
#include "reports/pack.hpp"
#include "reports/test/golden.hpp"

namespace ipcmark {
namespace {

class html : public testing::Test {
protected:
    void SetUp() override {
        if (page_template().empty()) GTEST_SKIP() << why_no_page();
    }

    /// What stands inside the data elements of a page, in order, with the class of each.
    static std::vector<std::pair<std::string, std::string>> blocks_of(const std::string& page) {
        const std::string start = "<script type=\"application/octet-stream\" class=\"ipcmark-";
        std::vector<std::pair<std::string, std::string>> blocks;
        for (auto at = page.find(start); at != std::string::npos; at = page.find(start, at)) {
            at += start.size();
            const auto name_end = page.find("\">", at);
            const auto text = name_end + 2;
            blocks.emplace_back(page.substr(at, name_end - at),
                                page.substr(text, page.find("</script>", text) - text));
        }
        return blocks;
    }
};

TEST_F(html, carries_the_view_and_every_result) {
    const auto blocks = blocks_of(render_html(view_of({{"a.json", sample()}, {"b", sample()}})));
    ASSERT_EQ(blocks.size(), 3u);
    EXPECT_EQ(blocks[0].first, "view");
    EXPECT_EQ(blocks[1].first, "result");
    EXPECT_EQ(blocks[1].second, blocks[2].second);
}

TEST_F(html, data_is_base64_and_cannot_leave_its_element) {
    for (const std::string hostile :
         {"</script><script>alert(1)</script>", "<!--", "]]>", "a\xff\x80z"}) {
        run_result result = sample();
        result.header.context["host_name"] = hostile;
        result.header.environment.identity["cpu_model"] = hostile;
        result.cells[0].name = hostile;
        const auto blocks = blocks_of(render_html(view_of({{hostile, result}})));
        ASSERT_EQ(blocks.size(), 2u) << hostile;
        for (const auto& [name, text] : blocks) {
            EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                             "0123456789+/="),
                      std::string::npos);
            EXPECT_EQ(text.size() % 4, 0u);
        }
    }
}

TEST_F(html, is_a_pure_function_of_the_results) {
    EXPECT_EQ(render_html(view_of({{"a", sample()}})), render_html(view_of({{"a", sample()}})));
}

TEST(pack, keeps_what_the_page_shows) {
    const run_result result = sample();
    const tree packed = parse_json(pack_result(result));
    EXPECT_EQ(packed.at("packed").as_int(), 1);
    EXPECT_EQ(packed.at("environment"), to_tree(result.header.environment));
    EXPECT_EQ(packed.at("mechanisms").size(), result.header.mechanisms.size());
    ASSERT_EQ(packed.at("cells").size(), result.cells.size());
    EXPECT_FALSE(packed.contains("benchmarks"));
    for (std::size_t i = 0; i < result.cells.size(); ++i) {
        const cell_result& cell = result.cells[i];
        const tree& got = packed.at("cells").elements()[i];
        EXPECT_EQ(got.at("name").as_text(), cell.name);
        ASSERT_EQ(got.at("summary").size(), cell.summary.size());
        for (const tree& figure : got.at("summary").elements()) {
            const auto& key =
                packed.at("metrics").elements()[figure.elements()[0].as_uint()].at("key");
            if (const auto median = cell.median(key.as_text())) {
                EXPECT_NEAR(figure.elements()[1].as_double(), *median, 1e-5 * std::abs(*median));
            }
        }
        if (!cell.histogram) continue;
        std::uint64_t sum = 0;
        const auto& bins = got.at("histogram").at("bins").elements();
        for (std::size_t b = 1; b < bins.size(); b += 2)
            sum += bins[b].as_uint();
        EXPECT_EQ(sum, cell.histogram->count);
    }
}

TEST(pack, an_extreme_is_the_repetition_that_has_it_or_a_figure) {
    run_result result = sample();
    auto& cell = result.cells.front();
    auto& [key, figures] = cell.summary.front();
    std::size_t n = 0;
    for (auto& repetition : result.repetitions)
        if (repetition.cell == cell.name) repetition.metrics[key] = 100.0 + double(n++);
    ASSERT_GT(n, 2u);
    figures.min = 102;
    figures.max = 777;
    const tree packed = parse_json(pack_result(result));
    const auto& row = packed.at("cells").elements()[0].at("summary").elements()[0].elements();
    ASSERT_EQ(row.size(), 10u);
    EXPECT_TRUE(row[6].is_null());
    EXPECT_EQ(row[7].as_double(), 777) << "no repetition has it";
    EXPECT_EQ(row[9].as_double(), 2);
}

TEST(pack, a_column_that_never_changes_is_one_value) {
    run_result result = sample();
    for (auto& repetition : result.repetitions)
        repetition.timed->messages = 777;
    std::size_t seen = 0;
    const tree same = parse_json(pack_result(result));
    for (const tree& cell : same.at("cells").elements()) {
        const tree* columns = cell.find("repetitions");
        if (columns == nullptr) continue;
        ++seen;
        EXPECT_EQ(columns->at("count").as_uint(), 6u);
        EXPECT_EQ(columns->at("round").size(), 6u);
        EXPECT_EQ(columns->at("messages").as_uint(), 777u);
    }
    EXPECT_GT(seen, 0u);
    for (auto& repetition : result.repetitions)
        if (repetition.timed->round == 2) repetition.timed->messages = 778;
    const tree differing = parse_json(pack_result(result));
    for (const tree& cell : differing.at("cells").elements())
        if (const tree* columns = cell.find("repetitions")) {
            EXPECT_EQ(json_text(columns->at("messages")), "[777,777,778,777,777,777]");
        }
}

}  // namespace
}  // namespace ipcmark
