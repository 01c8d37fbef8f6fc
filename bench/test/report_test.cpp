#include "bench/test/cli_test.hpp"

namespace ipcmark::test {
namespace {

class report : public cli_test {
protected:
    void SetUp() override {
        std::filesystem::copy_file(IPCMARK_SAMPLE, box.work() / "good.json");
        good = result("good.json");
    }

    /// A file that no command may accept: 7, the sentence, no output, in time.
    void expect_unreadable(const std::string& text, const std::string& sentence) {
        box.write("bad.json", text);
        for (const char* command : {"report bad.json -o out.html", "report bad.json --format text",
                                    "report bad.json --format json", "validate bad.json"}) {
            const auto ended = expect_code(7, std::string("ipcmark ") + command);
            EXPECT_TRUE(matches(ended.err, "^ipcmark: bad.json: " + sentence)) << command;
            EXPECT_EQ(ended.out, "") << command;
        }
        EXPECT_EQ(box.files(), (std::vector<std::string>{"bad.json", "good.json"}));
    }

    std::string with(const std::string& pointer, nlohmann::json value) const {
        nlohmann::json changed = good;
        changed[nlohmann::json::json_pointer(pointer)] = std::move(value);
        return changed.dump();
    }

    nlohmann::json good;
};

TEST_F(report, refuses_what_is_no_json) {
    const std::string text = box.read("good.json");
    expect_unreadable("", "not JSON: parse error at line 1, column 1");
    expect_unreadable(text.substr(0, text.size() / 2), "not JSON: parse error at line \\d+");
    expect_unreadable(std::string("\xff\xfe{\0}", 5), "not JSON: ");
    const std::string seconds = "\"elapsed_s\": ";
    for (const char* token : {"NaN", "Infinity", "1e999", "0x10"}) {
        std::string changed = text;
        const auto at = changed.find(seconds) + seconds.size();
        changed.replace(at, changed.find_first_of(",\n", at) - at, token);
        expect_unreadable(changed, "not JSON: (parse error at line \\d+|number overflow)");
    }
}

TEST_F(report, refuses_another_schema_by_its_pointer) {
    expect_unreadable("[]", "no ipcmark result: \"schema\" is missing");
    expect_unreadable("{}", "no ipcmark result: \"schema\" is missing");
    expect_unreadable(with("/schema/name", "other"), "/schema/name must be \"ipcmark.result\"");
    expect_unreadable(with("/schema/version", "2.0"),
                      "/schema/version is 2.0, this ipcmark reads 1.x");
    expect_unreadable(with("/schema", 1), "/schema expected object, found integer");
}

TEST_F(report, refuses_a_fault_inside_by_its_pointer) {
    expect_unreadable(with("/cells/1/payload_bytes", -5),
                      "/cells/1/payload_bytes must be at least 0");
    expect_unreadable(with("/cells/0/status", "fine"), "/cells/0/status must be one of");
    expect_unreadable(with("/cells", nlohmann::json::object()),
                      "/cells expected array, found object");
    expect_unreadable(with("/complete", "yes"), "/complete expected boolean, found string");
    expect_unreadable(with("/plan/seed", 7), "/plan/seed expected string, found integer");
    nlohmann::json without = good;
    without.erase("clock");
    expect_unreadable(without.dump(), "the document lacks \"clock\"");
}

TEST_F(report, refuses_a_tower_of_brackets_without_falling_down) {
    const auto tower = [](std::size_t levels) {
        return std::string(levels, '[') + std::string(levels, ']');
    };
    expect_unreadable(tower(10'000), "nested deeper than 64 levels");
    std::string inside = good.dump();
    inside.insert(1, "\"unknown\": " + tower(300'000) + ", ");
    expect_unreadable(inside, "nested deeper than 64 levels");
    std::string objects;
    for (int i = 0; i < 100'000; ++i)
        objects += "{\"schema\":";
    expect_unreadable(objects, "nested deeper than 64 levels");
}

TEST_F(report, reads_what_other_programs_packed) {
    expect_code(0, "gzip -c " IPCMARK_SAMPLE " > r.json.gz");
    const auto plain = expect_code(0, "ipcmark report " IPCMARK_SAMPLE " --format json");
    for (const char* from : {"r.json.gz", "- < r.json.gz"})
        EXPECT_EQ(expect_code(0, std::string("ipcmark report --format json ") + from).out,
                  plain.out);
    expect_code(0, "ipcmark validate r.json.gz");
    box.write("cut.gz", box.read("r.json.gz").substr(0, 2'000));
    expect_refused(7, "ipcmark report cut.gz", "cut.gz: damaged or cut gzip");
    box.write("r.zst", "\x28\xb5\x2f\xfd and more");
    expect_refused(7, "ipcmark report r.zst", "r.zst: this is zstd, .*unpack it first");
}

TEST_F(report, keeps_what_a_newer_minor_version_added) {
    nlohmann::json newer = good;
    newer["schema"]["version"] = "1.7";
    newer["novelty"] = {{"deep", {1, 2, 3}}};
    newer["cells"][0]["novelty"] = 1;
    box.write("newer.json", newer.dump());
    const auto ended = expect_code(0, "ipcmark report newer.json --format json");
    EXPECT_EQ(nlohmann::json::parse(ended.out), newer);
}

TEST_F(report, reads_an_incomplete_result_without_a_reason) {
    nlohmann::json changed = good;
    changed["complete"] = false;
    changed["incomplete_reason"] = nullptr;
    box.write("changed.json", changed.dump());
    const auto ended = expect_code(0, "ipcmark report changed.json --format text");
    EXPECT_TRUE(matches(ended.out, "The run is incomplete. It did not end."));
}

TEST_F(report, keeps_hostile_names_out_of_the_markup) {
    const std::string hostile = "</script><script>alert(1)</script><!--\"'&";
    nlohmann::json changed = good;
    changed["cells"][0]["reason"] = {{"code", "error"}, {"stage", nullptr}, {"text", hostile}};
    changed["cells"][0]["status"] = "failed";
    changed["context"]["host_name"] = hostile;
    changed["mechanisms"][0]["summary"] = hostile;
    box.write("hostile.json", changed.dump());
    expect_code(0, "ipcmark report hostile.json -o page.html");
    const std::string page = box.read("page.html");
    // The data is deflated: no string of a result stands in the page.
    EXPECT_EQ(page.find("alert(1)"), std::string::npos);
    EXPECT_NE(page.find("class=\"ipcmark-result\">"), std::string::npos);
    const auto markdown = expect_code(0, "ipcmark report hostile.json --format markdown").out;
    EXPECT_EQ(markdown.find("<script>"), std::string::npos);
}

TEST_F(report, writes_pages_tables_and_json) {
    expect_code(0, "ipcmark report good.json good.json -o both.html");
    EXPECT_TRUE(
        matches(expect_code(0, "ipcmark report good.json --format text").out, "\nRound trip, "));
    EXPECT_TRUE(matches(
        expect_code(0, "ipcmark report good.json --format text --all-tables --problems").out,
        "\nFastest round trip, "));
    expect_refused(2, "ipcmark report good.json --format csv --all-tables",
                   "--all-tables and --problems are for --format text");
    expect_refused(2, "ipcmark report good.json --problems", "are for --format text");
    expect_code(0, "ipcmark report good.json --format json | ipcmark validate -");
    expect_code(0, "ipcmark report - --format text < good.json");
    EXPECT_TRUE(matches(expect_code(0, "ipcmark report good.json --format markdown").out,
                        "^### ipcmark\n"));
    EXPECT_TRUE(matches(expect_code(0, "ipcmark report good.json --format csv").out,
                        "^cell,pattern,mechanism,"));
    EXPECT_TRUE(matches(expect_code(0, "ipcmark report good.json good.json --format text").out,
                        "\ngood.json against good.json\n"));
    EXPECT_FALSE(
        matches(expect_code(0, "LC_ALL=C ipcmark report good.json --format text").out, "[^ -~\n]"));
    expect_refused(2, "ipcmark report good.json good.json --format json", "json takes one result");
    expect_refused(5, "ipcmark report good.json -o /nope/x.html", "create /nope/x.html");
    expect_refused(2, "ipcmark report good.json -o ''", "--output needs the name of a file");
}

TEST_F(report, default_page_is_report_html_and_holds_no_link_to_the_network) {
    const auto ended = expect_code(0, "ipcmark report good.json");
    EXPECT_TRUE(matches(ended.err, "Report: report.html"));
    const std::string page = box.read("report.html");
    for (const char* link : {"src=\"http", "href=\"http", "@import", "url(http", "fetch(\"http"})
        EXPECT_EQ(page.find(link), std::string::npos) << link;
}

}  // namespace
}  // namespace ipcmark::test
