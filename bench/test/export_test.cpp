#include <sstream>

#include "bench/test/cli_test.hpp"

/// What other tools make of the exports, by the fields that their readers ask for.
namespace ipcmark::test {
namespace {

const std::string sample = IPCMARK_SAMPLE;

class exported : public cli_test {
protected:
    std::string text(const std::string& format, const std::string& more = "") {
        return expect_code(0, "ipcmark export " + sample + " --format " + format + " " + more).out;
    }
    nlohmann::json json(const std::string& format, const std::string& more = "") {
        return nlohmann::json::parse(text(format, more));
    }
    /// The median of a metric of a cell, as the result has it.
    double figure(const std::string& cell, const std::string& metric) {
        const auto document = nlohmann::json::parse(read_file(sample));
        for (const auto& each : document.at("cells"))
            if (each.at("name") == cell) return each.at("summary").at(metric).at("median");
        return 0;
    }
};

const std::string pipe_cell = "round_trip/pipe/64/l3";

TEST_F(exported, gbench_has_one_entry_a_cell) {
    std::map<std::string, int> names;
    const auto document = json("gbench");
    for (const auto& entry : document.at("benchmarks")) {
        EXPECT_EQ(++names[entry.at("name")], 1);
        EXPECT_EQ(entry.at("run_type"), "iteration");
        EXPECT_EQ(entry.at("time_unit"), "ns");
        EXPECT_TRUE(entry.at("cpu_time").is_number());
        if (entry.at("name") == pipe_cell) {
            EXPECT_NEAR(entry.at("real_time").get<double>(), figure(pipe_cell, "p50_ns"),
                        0.2 * figure(pipe_cell, "p50_ns"));
        }
    }
    EXPECT_EQ(names.count(pipe_cell), 1u);
    EXPECT_EQ(document.at("context").at("json_schema_version"), 1);
}

TEST_F(exported, github_action_benchmark_gets_a_file_a_direction) {
    bool seen = false;
    const auto smaller = json("github-action-benchmark-smaller");
    for (const auto& entry : smaller) {
        EXPECT_TRUE(entry.at("name").is_string());
        EXPECT_TRUE(entry.at("unit").is_string());
        EXPECT_TRUE(entry.at("value").is_number());
        EXPECT_EQ(entry.at("name").get<std::string>().find(" messages"), std::string::npos);
        if (entry.at("name") != pipe_cell + " p50") continue;
        seen = true;
        EXPECT_EQ(entry.at("value").get<double>(), figure(pipe_cell, "p50_ns"));
        EXPECT_TRUE(entry.at("range").is_string());
    }
    EXPECT_TRUE(seen);
    const auto bigger = json("github-action-benchmark-bigger");
    EXPECT_FALSE(bigger.empty());
    for (const auto& entry : bigger)
        EXPECT_TRUE(matches(entry.at("name"), " (messages|bytes)$")) << entry;
}

TEST_F(exported, bencher_gets_values_with_their_intervals) {
    const auto measure = json("bmf").at(pipe_cell).at("p50-ns");
    EXPECT_EQ(measure.at("value").get<double>(), figure(pipe_cell, "p50_ns"));
    EXPECT_LE(measure.at("lower_value").get<double>(), measure.at("value").get<double>());
    EXPECT_GE(measure.at("upper_value").get<double>(), measure.at("value").get<double>());
}

TEST_F(exported, otava_gets_a_row_a_result_under_one_head) {
    std::istringstream lines(
        expect_code(0, "ipcmark export " + sample + " " + sample + " --format otava").out);
    std::vector<std::size_t> fields;
    for (std::string line; std::getline(lines, line);)
        fields.push_back(static_cast<std::size_t>(std::count(line.begin(), line.end(), ',')));
    ASSERT_EQ(fields.size(), 3u);
    EXPECT_EQ(fields[0], fields[1]);
    EXPECT_EQ(fields[1], fields[2]);
}

TEST_F(exported, hgrm_ends_at_the_whole_and_wants_one_cell) {
    const auto told = text("hgrm", "--filter '^" + pipe_cell + "$'");
    EXPECT_TRUE(matches(told, "^ +Value +Percentile +TotalCount +1/\\(1-Percentile\\)\n\n"));
    EXPECT_TRUE(matches(told, "\n +[0-9.]+ 1\\.000000000000 +[0-9]+ +inf\n#\\[Mean"));
    expect_refused(4, "ipcmark export " + sample + " --format hgrm", "--format hgrm: .* --filter");
}

TEST_F(exported, csv_has_a_row_for_each_repetition_and_metric) {
    expect_code(0, tiny + "--no-floors --repetitions 3 --quiet");
    const auto told = expect_code(0, "ipcmark export results.json --format csv").out;
    std::size_t p50 = 0;
    std::istringstream lines(told);
    for (std::string line; std::getline(lines, line);)
        p50 += line.find(",p50_ns,ns,") != std::string::npos ? 1 : 0;
    EXPECT_EQ(p50, 3u) << told;
}

TEST_F(exported, prometheus_reads_the_metrics) {
    box.write("ipcmark.prom", text("openmetrics"));
    const auto bare = box.read("ipcmark.prom");
    EXPECT_TRUE(bare.ends_with("# EOF\n"));
    EXPECT_TRUE(matches(bare,
                        "\nipcmark_p50_seconds\\{pattern=\"round_trip\",mechanism=\"pipe\","
                        "payload_bytes=\"64\",placement=\"l3\"\\} "));
    if (!possible("/usr/bin/python3 -c 'import prometheus_client'"))
        GTEST_SKIP() << "python3-prometheus-client is not installed";
    expect_code(0,
                "/usr/bin/python3 -c 'from prometheus_client.openmetrics.parser import "
                "text_string_to_metric_families as read\n"
                "found = {f.name: f for f in read(open(\"ipcmark.prom\").read())}\n"
                "assert found[\"ipcmark_p50_seconds\"].unit == \"seconds\"\n"
                "assert len(found) > 4'");
}

TEST_F(exported, junit_tells_the_cells_that_failed_from_those_skipped) {
    box.write("cells.xml", text("junit"));
    expect_code(0,
                "/usr/bin/python3 -c 'import xml.etree.ElementTree as x\n"
                "s = x.parse(\"cells.xml\").getroot().find(\"testsuite\")\n"
                "assert int(s.get(\"tests\")) == len(s.findall(\"testcase\"))\n"
                "assert int(s.get(\"failures\")) == len(s.findall(\"testcase/failure\")) > 0\n"
                "assert int(s.get(\"skipped\")) == len(s.findall(\"testcase/skipped\")) > 0'");
}

TEST_F(exported, a_badge_names_its_cell) {
    const auto badge = json("badge", "--filter '^" + pipe_cell + "$'");
    EXPECT_EQ(badge.at("schemaVersion"), 1);
    EXPECT_EQ(badge.at("label"), "pipe round trip, 64 B");
    EXPECT_TRUE(matches(badge.at("message"), "^[0-9.]+ [num]?s"));
}

TEST_F(exported, says_what_is_wanted) {
    expect_refused(2, "ipcmark export", "export needs a result file");
    expect_refused(2, "ipcmark export " + sample, "export needs a --format");
    expect_refused(2, "ipcmark export " + sample + " --format xls", "'xls' is not one of gbench");
    expect_refused(2, "ipcmark export a b --format bmf", "--format bmf takes one result");
    expect_refused(2, "ipcmark export " + sample + " --format bmf --filter '('",
                   "is no regular expression");
    expect_refused(4, "ipcmark export " + sample + " --format bmf --filter nothing", "no cell of");
    expect_refused(7, "ipcmark export missing.json --format bmf", "missing.json");
}

}  // namespace
}  // namespace ipcmark::test
