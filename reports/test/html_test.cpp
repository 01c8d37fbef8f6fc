#include "reports/html.hpp"

#include <gtest/gtest.h>

#include "reports/embedded.hpp"

namespace ipcmark {
namespace {

using json = nlohmann::ordered_json;

class html : public testing::Test {
protected:
    void SetUp() override {
        if (page_template().empty()) GTEST_SKIP() << why_no_page();
    }

    /// What stands inside the data elements of a page, in order.
    std::vector<std::string> data_of(const std::string& page) {
        const std::string start = "<script type=\"application/json\" class=\"ipcmark-result\">";
        std::vector<std::string> blocks;
        for (auto at = page.find(start); at != std::string::npos; at = page.find(start, at)) {
            at += start.size();
            blocks.push_back(page.substr(at, page.find("</script>", at) - at));
        }
        return blocks;
    }
};

TEST_F(html, carries_every_result_unchanged) {
    const json first = {{"name", "first"}};
    const json second = {{"name", "second"}};
    const auto blocks = data_of(render_html({first, second}));
    ASSERT_EQ(blocks.size(), 2u);
    EXPECT_EQ(json::parse(blocks[0]), first);
    EXPECT_EQ(json::parse(blocks[1]), second);
}

TEST_F(html, data_cannot_leave_its_element) {
    for (const std::string hostile :
         {"</script><script>alert(1)</script>", "<!--", "<!--<script>", "]]>", "\xe2\x80\xa8<"}) {
        const json result = {{hostile, hostile}};
        const auto blocks = data_of(render_html({result}));
        ASSERT_EQ(blocks.size(), 1u) << hostile;
        EXPECT_EQ(blocks[0].find('<'), std::string::npos) << blocks[0];
        EXPECT_EQ(json::parse(blocks[0]), result) << hostile;
    }
}

TEST_F(html, broken_utf8_is_replaced) {
    const json result = {{"text", "a\xff\x80z"}};
    const auto blocks = data_of(render_html({result}));
    ASSERT_EQ(blocks.size(), 1u);
    EXPECT_EQ(json::parse(blocks[0]).at("text"), "a\xef\xbf\xbd\xef\xbf\xbdz");
}

TEST_F(html, is_a_pure_function_of_the_results) {
    EXPECT_EQ(render_html({json::object()}), render_html({json::object()}));
}

}  // namespace
}  // namespace ipcmark
