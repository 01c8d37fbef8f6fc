#include "reports/read_result.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

#include "harness/base/json_text.hpp"

namespace ipcmark {
namespace {

std::string complaint(const std::string& text, bool comments = false) {
    try {
        parse_json_of("f.json", text, comments);
        return "";
    } catch (const unreadable_result& e) {
        return e.what();
    }
}

std::string nested(int levels) {
    const auto count = static_cast<std::size_t>(levels);
    return std::string(count, '[') + std::string(count, ']');
}

TEST(parse_json, tells_where_the_text_is_wrong) {
    EXPECT_TRUE(
        complaint("{\n \"a\": tru }").starts_with("f.json: not JSON: parse error at line 2"));
    EXPECT_TRUE(complaint("").starts_with("f.json: not JSON: parse error at line 1"));
    EXPECT_TRUE(complaint("1 2").starts_with("f.json: not JSON: parse error"));
}

TEST(parse_json, refuses_what_is_not_a_number_to_json) {
    for (const char* token : {"NaN", "Infinity", "-Infinity", "01", "+1", ".5"})
        EXPECT_NE(complaint(token), "") << token;
    EXPECT_EQ(complaint("1e999"), "f.json: not JSON: number overflow parsing '1e999'");
}

TEST(parse_json, refuses_broken_utf8) {
    EXPECT_NE(complaint("\"\xff\""), "");
}

TEST(parse_json, allows_comments_only_where_asked) {
    EXPECT_NE(complaint("/* c */ 1"), "");
    EXPECT_EQ(complaint("/* c */ 1 // d", true), "");
}

TEST(parse_json, limits_the_depth) {
    EXPECT_EQ(complaint(nested(64)), "");
    EXPECT_EQ(complaint(nested(65)), "f.json: nested deeper than 64 levels");
    EXPECT_EQ(complaint(nested(1'000'000)), "f.json: nested deeper than 64 levels");
}

TEST(parse_json, keeps_the_order_of_keys) {
    EXPECT_EQ(json_text(parse_json_of("f", R"({"b": 1, "a": [2, {"d": null, "c": "x"}]})")),
              R"({"b":1,"a":[2,{"d":null,"c":"x"}]})");
}

TEST(require_schema, names_the_file_and_every_pointer) {
    constexpr auto schema = R"({"required": ["a"], "properties": {"b": {"type": "null"}}})";
    EXPECT_NO_THROW(require_schema(tree{{"a", 1}}, schema, "f.json"));
    try {
        require_schema(tree{{"b", 1}}, schema, "f.json");
        FAIL();
    } catch (const unreadable_result& e) {
        EXPECT_STREQ(e.what(),
                     "f.json: the document lacks \"a\"\n"
                     "f.json: /b expected null, found integer");
    }
}

TEST(read_result, reads_the_golden_sample) {
    const auto recorded = read_result(IPCMARK_GOLDEN "/sample.result.json");
    EXPECT_GT(recorded.cells.size(), 0u);
    EXPECT_GT(recorded.repetitions.size(), recorded.cells.size());
    for (const auto& each : recorded.repetitions)
        EXPECT_FALSE(each.cell.ends_with("/real_time")) << each.cell;
}

TEST(read_result, a_missing_file_is_named) {
    try {
        read_result("no/such.json");
        FAIL();
    } catch (const unreadable_result& e) {
        EXPECT_STREQ(e.what(), "open no/such.json: No such file or directory");
    }
}

/// Journals in a file of their own.
class journal_file : public testing::Test {
protected:
    ~journal_file() override { std::filesystem::remove(file); }

    run_result read(const std::string& text) {
        std::ofstream(file) << text;
        return read_result(file);
    }

    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / ("journal_" + std::to_string(::getpid()));
    const std::string first =
        R"({"journal":"ipcmark.result","repetitions_planned":2,"header":{"run":{}},"cells":[)"
        R"({"name":"a/b/1/free","skipped":null}]})"
        "\n";
    const std::string failed =
        R"({"cell":"a/b/1/free","purpose":"timed","failed":{"status":"failed","code":"died",)"
        R"("stage":"","text":"t"},"metrics":{},"latency_buckets":[]})"
        "\n";
};

TEST_F(journal_file, with_a_calibration_that_is_none_is_read_without_it) {
    for (const auto& [block, kept] :
         {std::pair{R"({"detectable":[{"repetitions":null,"ratio":1.5}]})", false},
          std::pair{R"({"detectable":7})", false}, std::pair{"7", false},
          std::pair{R"({"detectable":[{"repetitions":10,"ratio":1.5}]})", true}}) {
        std::string lines = first;
        lines.insert(lines.find(R"("run":{})"), std::string(R"("calibration":)") + block + ",");
        const run_result found = read(lines + failed);
        EXPECT_EQ(found.header.calibration.is_null(), !kept) << block;
        EXPECT_EQ(found.cells.size(), 1u);
    }
}

TEST_F(journal_file, is_rebuilt_and_marked_incomplete) {
    const run_result found = read(first + failed);
    EXPECT_FALSE(found.complete);
    EXPECT_EQ(found.header.run.repetitions, 1u);
    ASSERT_TRUE(found.cells.at(0).why);
    EXPECT_EQ(found.cells.at(0).why->code, "died");
}

TEST_F(journal_file, loses_only_the_line_that_was_being_written) {
    for (std::size_t cut = 1; cut < failed.size(); cut += 7)
        EXPECT_EQ(read(first + failed + failed.substr(0, cut)).header.run.repetitions, 1u) << cut;
}

TEST_F(journal_file, damaged_inside_is_read_up_to_the_damage) {
    for (const std::string& line :
         {std::string("{}\n"), std::string("[1]\n"), std::string("nonsense\n"),
          std::string(R"({"cell":"unplanned","purpose":"timed","failed":null})") + "\n"})
        for (const std::size_t before : {0u, 1u}) {
            std::string text = first;
            if (before > 0) text += failed;
            const run_result found = read(text + line + failed);
            EXPECT_EQ(found.header.run.repetitions, before) << line;
            EXPECT_NE(found.incomplete_reason->find(before > 0 ? "line 3 is damaged"
                                                               : "line 2 is damaged"),
                      std::string::npos)
                << *found.incomplete_reason;
        }
    EXPECT_THROW(read("{\"journal\":1}\n"), unreadable_result);
    EXPECT_THROW(read("{\"journal\":"), unreadable_result);
}

}  // namespace
}  // namespace ipcmark
