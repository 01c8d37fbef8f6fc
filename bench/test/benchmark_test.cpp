#include <filesystem>
#include <map>
#include <sstream>

#include "bench/test/cli_test.hpp"

/// ipcmark_benchmark as users of Google Benchmark meet it: their flags, their file, their tools.
namespace ipcmark::test {
namespace {

/// Two cells on one CPU, ten milliseconds each, nothing run again.
const std::string two_cells =
    "--mechanism pipe --pattern round_trip,one_way --payload 64 --placement same_cpu "
    "--repetition-ms 10 --reruns 0 ";
const std::string benchmark = "ipcmark_benchmark " + two_cells;

/// What Google Benchmark adds to a name of ours: one iteration, timed by the program.
const std::string suffix = "/iterations:1/manual_time";

class google_benchmark : public cli_test {
protected:
    nlohmann::json printed(const std::string& flags) {
        return nlohmann::json::parse(
            expect_code(0, benchmark + "--benchmark_format=json " + flags).out);
    }

    void expect_refusal(int code, const std::string& line, const std::string& sentence) {
        const outcome ended = expect_code(code, line);
        EXPECT_TRUE(matches(ended.err, "(^|\n)ipcmark_benchmark: .*" + sentence)) << ended.err;
        EXPECT_EQ(ended.out, "") << line;
        EXPECT_TRUE(box.files().empty()) << line << " left a file";
    }
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream from(text);
    for (std::string line; std::getline(from, line);)
        lines.push_back(line);
    return lines;
}

std::vector<std::string> names_in(const nlohmann::json& document) {
    std::vector<std::string> names;
    for (const auto& each : document.at("benchmarks"))
        names.push_back(each.at("name"));
    return names;
}

TEST_F(google_benchmark, lists_the_cells_that_run_would_measure_without_measuring) {
    std::vector<std::string> planned =
        lines_of(expect_code(0, "ipcmark run --dry-run " + two_cells).out);
    ASSERT_EQ(planned.size(), 2u);
    for (auto& name : planned)
        name += suffix;
    EXPECT_EQ(lines_of(expect_code(0, benchmark + "--benchmark_list_tests=true").out), planned);
}

TEST_F(google_benchmark, measures_what_its_filter_names) {
    const auto document = printed("--benchmark_filter=one_way/");
    EXPECT_EQ(names_in(document), std::vector<std::string>{"one_way/pipe/64/same_cpu" + suffix});
    EXPECT_TRUE(document.at("context").contains("ipcmark_version"));
}

TEST_F(google_benchmark, takes_the_options_of_a_plan) {
    const auto document = printed("--filter one_way --payload 64,1024");
    EXPECT_EQ(names_in(document),
              (std::vector<std::string>{"one_way/pipe/64/same_cpu" + suffix,
                                        "one_way/pipe/1024/same_cpu" + suffix}));
}

TEST_F(google_benchmark, each_repetition_is_one_pair_and_its_time_is_that_of_a_message) {
    const auto document =
        printed("--benchmark_repetitions=2 --benchmark_enable_random_interleaving=true");
    std::map<std::string, int> pairs;
    std::map<std::string, std::set<std::string>> aggregates;
    for (const auto& each : document.at("benchmarks")) {
        const std::string cell = each.at("run_name");
        EXPECT_EQ(each.at("time_unit"), "ns");
        if (each.at("run_type") == "aggregate") {
            aggregates[cell].insert(each.at("aggregate_name"));
            continue;
        }
        ++pairs[cell];
        EXPECT_EQ(each.at("iterations"), 1) << cell;
        EXPECT_EQ(each.at("repetitions"), 2) << cell;
        const double message_ns = each.at("real_time");
        EXPECT_GT(message_ns, 0) << cell;
        if (cell.starts_with("one_way/")) {
            EXPECT_NEAR(each.at("messages_per_second").get<double>() * message_ns, 1e9, 1e3);
        } else {
            EXPECT_GT(each.at("p50_ns"), 0);
        }
    }
    const std::string one_way = "one_way/pipe/64/same_cpu" + suffix;
    const std::string round_trip = "round_trip/pipe/64/same_cpu" + suffix;
    EXPECT_EQ(pairs, (std::map<std::string, int>{{one_way, 2}, {round_trip, 2}}));
    for (const auto& cell : {one_way, round_trip})
        for (const char* aggregate : {"mean", "median", "stddev"})
            EXPECT_TRUE(aggregates[cell].count(aggregate)) << cell << ' ' << aggregate;
}

TEST_F(google_benchmark, writes_its_file_beside_the_table_on_the_console) {
    const auto ended = expect_code(0, benchmark + "--benchmark_out=out.json");
    EXPECT_EQ(box.files(), std::vector<std::string>{"out.json"});
    for (const auto& name : names_in(result("out.json")))
        EXPECT_NE(ended.out.find(name), std::string::npos) << ended.out;
}

TEST_F(google_benchmark, refuses_what_it_cannot_do_in_one_sentence) {
    expect_refusal(2, benchmark + "--payload many", "--payload.*'many'");
    expect_refusal(2, benchmark + "--no-such-option", "no-such-option");
    expect_refusal(2, benchmark + "--benchmark_no_such_flag", "benchmark_no_such_flag");
    expect_refusal(2, benchmark + "--json out.json",
                   "--json is of `ipcmark run`; here --benchmark_out=FILE");
    expect_refusal(4, benchmark + "--filter no_such_cell", "no cell matches");
    expect_refusal(4, "ipcmark_benchmark --mechanism shm_ring_spin --placement same_cpu",
                   "no cell can run here: both sides spin");
}

TEST_F(google_benchmark, a_cell_that_fails_stops_no_other_and_is_told_by_the_exit_code) {
    const auto ended = expect_code(3, "ipcmark_benchmark --benchmark_format=json " + two_cells +
                                          "--mechanism faulty_die,pipe --pattern round_trip "
                                          "--repetition-ms 300");
    const auto document = nlohmann::json::parse(ended.out);
    ASSERT_EQ(document.at("benchmarks").size(), 2u);
    for (const auto& each : document.at("benchmarks")) {
        const bool faulty = each.at("name").get<std::string>().starts_with("round_trip/faulty_die");
        EXPECT_EQ(each.value("error_occurred", false), faulty) << each.at("name");
        if (faulty) {
            EXPECT_TRUE(matches(each.at("error_message"), "the producer ended"));
        }
    }
}

TEST_F(google_benchmark, two_of_its_files_are_compared_by_the_tool_of_google_benchmark) {
    const std::string tool = "/usr/share/benchmark/compare.py";
    if (!std::filesystem::exists(tool)) GTEST_SKIP() << "compare.py is not installed";
    if (!possible("python3 " + tool + " --help"))
        GTEST_SKIP() << "compare.py does not start here: it needs python3 with scipy";
    for (const char* file : {"before.json", "after.json"})
        expect_code(0, benchmark + "--benchmark_repetitions=2 --benchmark_out=" + file);
    const auto ended =
        expect_code(0, "python3 " + tool + " --no-color benchmarks before.json after.json");
    for (const char* name : {"round_trip/pipe/64/same_cpu", "one_way/pipe/64/same_cpu"})
        EXPECT_NE(ended.out.find(name), std::string::npos) << ended.out;
}

}  // namespace
}  // namespace ipcmark::test
