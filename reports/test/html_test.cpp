#include "reports/html.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include "reports/embedded.hpp"
#include "reports/pack.hpp"
#include "reports/read_result.hpp"

namespace ipcmark {
namespace {

using json = nlohmann::ordered_json;

class html : public testing::Test {
protected:
    void SetUp() override {
        if (page_template().empty()) GTEST_SKIP() << why_no_page();
    }

    /// What stands inside the data elements of a page, in order.
    std::vector<std::string> blocks_of(const std::string& page) {
        const std::string start =
            "<script type=\"application/octet-stream\" class=\"ipcmark-result\">";
        std::vector<std::string> blocks;
        for (auto at = page.find(start); at != std::string::npos; at = page.find(start, at)) {
            at += start.size();
            blocks.push_back(page.substr(at, page.find("</script>", at) - at));
        }
        return blocks;
    }

    static json sample() { return read_result(IPCMARK_GOLDEN "/sample.result.json"); }
};

TEST_F(html, carries_every_result) {
    EXPECT_EQ(blocks_of(render_html({sample(), sample()})).size(), 2u);
}

TEST_F(html, data_is_base64_and_cannot_leave_its_element) {
    for (const std::string hostile :
         {"</script><script>alert(1)</script>", "<!--", "]]>", "a\xff\x80z"}) {
        json result = sample();
        result["context"]["host_name"] = hostile;
        result[hostile] = hostile;
        const auto blocks = blocks_of(render_html({result}));
        ASSERT_EQ(blocks.size(), 1u) << hostile;
        EXPECT_EQ(blocks[0].find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                              "0123456789+/="),
                  std::string::npos);
        EXPECT_EQ(blocks[0].size() % 4, 0u);
    }
}

TEST_F(html, is_a_pure_function_of_the_results) {
    EXPECT_EQ(render_html({sample()}), render_html({sample()}));
}

TEST(pack, keeps_what_the_page_shows) {
    const json result = read_result(IPCMARK_GOLDEN "/sample.result.json");
    const json packed = json::parse(pack_result(result));
    EXPECT_EQ(packed["packed"], 1);
    EXPECT_EQ(packed["environment"], result["environment"]);
    EXPECT_EQ(packed["mechanisms"], result["mechanisms"]);
    ASSERT_EQ(packed["cells"].size(), result["cells"].size());
    EXPECT_FALSE(packed.contains("benchmarks"));
    for (std::size_t i = 0; i < result["cells"].size(); ++i) {
        const json& cell = result["cells"][i];
        const json& got = packed["cells"][i];
        EXPECT_EQ(got["name"], cell["name"]);
        EXPECT_EQ(got["reason"], cell["reason"]);
        ASSERT_EQ(got["summary"].size(), cell["summary"].size());
        for (const json& figure : got["summary"]) {
            const auto key = packed["metrics"][figure[0].get<std::size_t>()]["key"];
            const json& median = cell["summary"][key.get<std::string>()]["median"];
            if (median.is_number()) {
                EXPECT_NEAR(figure[1].get<double>(), median.get<double>(),
                            1e-5 * std::abs(median.get<double>()));
            }
        }
        if (!cell["histogram"].is_object()) continue;
        std::uint64_t sum = 0;
        for (std::size_t b = 1; b < got["histogram"]["bins"].size(); b += 2)
            sum += got["histogram"]["bins"][b].get<std::uint64_t>();
        EXPECT_EQ(sum, cell["histogram"]["count"].get<std::uint64_t>());
    }
}

TEST(pack, a_column_that_never_changes_is_one_value) {
    json result = read_result(IPCMARK_GOLDEN "/sample.result.json");
    for (json& spawn : result["benchmarks"])
        if (spawn.contains("ipc")) spawn["ipc"]["messages"] = 777;
    std::size_t seen = 0;
    const json same = json::parse(pack_result(result));
    for (const json& cell : same["cells"]) {
        if (!cell.contains("spawns")) continue;
        ++seen;
        EXPECT_EQ(cell["spawns"]["count"], 6);
        EXPECT_EQ(cell["spawns"]["round"].size(), 6u);
        EXPECT_EQ(cell["spawns"]["messages"], 777);
    }
    EXPECT_GT(seen, 0u);
    for (json& spawn : result["benchmarks"])
        if (spawn.contains("ipc") && spawn["ipc"]["round"] == 2) spawn["ipc"]["messages"] = 778;
    const json differing = json::parse(pack_result(result));
    for (const json& cell : differing["cells"])
        if (cell.contains("spawns")) {
            EXPECT_EQ(cell["spawns"]["messages"], json({777, 777, 778, 777, 777, 777}));
        }
}

}  // namespace
}  // namespace ipcmark
