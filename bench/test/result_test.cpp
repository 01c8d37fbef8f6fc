#include <regex>

#include "bench/test/cli_test.hpp"

namespace ipcmark::test {
namespace {

class result_file : public cli_test {
protected:
    /// The cells of the timed repetitions in the order they ran.
    std::vector<std::string> order_of(const nlohmann::json& document) const {
        std::vector<std::string> order;
        for (const auto& repetition : repetitions_of(document))
            order.push_back(repetition.at("ipc").at("cell"));
        return order;
    }

    std::vector<std::string> order_under(const std::string& seed) {
        expect_code(0, tiny +
                           "--payload 1,64,4Ki --mechanism pipe,unix_stream --repetitions 3 "
                           "--repetition-ms 1 --seed " +
                           seed);
        EXPECT_EQ(result().at("plan").at("seed"), seed);
        return order_of(result());
    }

    std::string python(const std::string& module) const {
        const std::string interpreter = "/usr/bin/python3";
        return possible(interpreter + " -c 'import " + module + "'") ? interpreter : "";
    }
};

TEST_F(result_file, is_valid_by_our_own_check) {
    expect_code(
        0, tiny + "--mechanism pipe,null,posix_mq --pattern round_trip,one_way --payload 64,32Mi");
    const auto ended = expect_code(0, "ipcmark validate results.json");
    EXPECT_EQ(ended.out, "results.json: valid\n");
}

TEST_F(result_file, is_valid_by_an_independent_validator) {
    const std::string interpreter = python("jsonschema");
    if (interpreter.empty()) GTEST_SKIP() << "python3-jsonschema is not installed";
    expect_code(3, tiny +
                       "--mechanism pipe,null,posix_mq,faulty_die --pattern round_trip,one_way "
                       "--payload 64,32Mi");
    expect_code(0, "ipcmark schema > s.json");
    box.write("check.py",
              "import json, sys, jsonschema\n"
              "schema, result = (json.load(open(f)) for f in sys.argv[1:3])\n"
              "jsonschema.Draft202012Validator.check_schema(schema)\n"
              "jsonschema.Draft202012Validator(schema).validate(result)\n");
    expect_code(0, interpreter + " check.py s.json results.json");
}

TEST_F(result_file, is_read_by_google_benchmarks_compare) {
    const std::string tool = "/usr/share/benchmark/compare.py";
    const std::string interpreter = python("scipy");
    if (interpreter.empty() || !std::filesystem::exists(tool))
        GTEST_SKIP() << "libbenchmark-tools or python3-scipy is not installed";
    expect_code(0, tiny + "--repetitions 3 --json a.json");
    expect_code(0, tiny + "--repetitions 3 --json b.json");
    const auto ended =
        expect_code(0, interpreter + " " + tool + " --no-color benchmarks a.json b.json");
    EXPECT_TRUE(matches(ended.out, "round_trip/pipe/64/same_cpu +[+-]\\d"));
}

TEST_F(result_file, holds_every_planned_cell_and_why_it_has_no_figure) {
    const std::string asked =
        tiny +
        "--pattern round_trip,one_way --mechanism pipe,posix_mq,null --payload 64,32Mi "
        "--placement same_cpu,numa,free ";
    const auto listed = expect_code(0, asked + "--dry-run");
    EXPECT_TRUE(box.files().empty());
    expect_code(0, asked + "--filter=-33554432/free");
    std::string names;
    for (const auto& cell : cells()) {
        names += cell.at("name").get<std::string>() + "\n";
        EXPECT_EQ(cell.at("status") == "ok", cell.at("reason").is_null()) << cell.at("name");
    }
    std::string expected = std::regex_replace(listed.out, std::regex("  skipped.*"), "");
    expected = std::regex_replace(expected, std::regex("[^\n]*33554432/free\n"), "");
    EXPECT_EQ(names, expected);
    EXPECT_EQ(result().at("plan").at("cells"), result().at("cells").size());
}

TEST_F(result_file, records_how_it_was_made) {
    expect_code(0, tiny + "--seed 18446744073709551615 --touch copy");
    const auto plan = result().at("plan");
    EXPECT_EQ(plan.at("seed"), "18446744073709551615");
    EXPECT_EQ(plan.at("touch"), "copy");
    EXPECT_EQ(plan.at("argv").at(1), "run");
    EXPECT_EQ(plan.at("argv").back(), "copy");
    EXPECT_EQ(result().at("complete"), true);
    const auto repetition = repetitions().at(0);
    EXPECT_GT(repetition.at("real_time").get<double>(), 0);
    EXPECT_EQ(repetition.at("ipc").at("peers").size(), 2u);
}

TEST_F(result_file, the_seed_alone_decides_the_layouts) {
    const auto layouts = [&](const std::string& flags) {
        expect_code(0, tiny + "--no-floors " + flags);
        std::vector<nlohmann::json> found;
        for (const auto& repetition : repetitions())
            found.push_back(repetition.at("ipc").at("layout"));
        return found;
    };
    const auto seven = layouts("--seed 7");
    EXPECT_NE(seven.at(0), seven.at(1));
    EXPECT_EQ(layouts("--seed 7"), seven);
    EXPECT_NE(layouts("--seed 8"), seven);
    EXPECT_TRUE(layouts("--seed 7 --no-layout-randomisation").at(0).is_null());
    EXPECT_EQ(result().at("plan").at("layout_randomisation"), false);
}

TEST_F(result_file, tells_what_is_counted_and_what_waiting_costs) {
    expect_code(0, tiny + "--payload 64,128 --idle-ms 20");
    expect_code(0, "ipcmark validate results.json");
    int repetitions = 0;
    bool counts = false;
    for (const auto& cell : cells()) {
        EXPECT_EQ(cell.at("summary").at("idle_cpu_share").at("n"), 1)
            << "one repetition for all sizes";
        const auto counted = cell.at("counting");
        repetitions += counted.at("repetitions").get<int>();
        for (const char* key :
             {"syscalls_per_message", "cycles_per_message", "energy_nj_per_message"})
            counts = counts || counted.at(key).is_number();
        for (const char* key : {"context_switches_per_message", "syscalls_per_message",
                                "cycles_per_message", "energy_nj_per_message"})
            EXPECT_TRUE(counted.at(key).is_number() ? counted.at("sources").contains(key)
                                                    : counted.at("unavailable").contains(key))
                << key;
    }
    EXPECT_EQ(repetitions, counts ? 2 : 1)
        << "one a cell, or one in all that finds out that there is nothing to count";
}

TEST_F(result_file, says_how_far_the_clock_can_be_trusted) {
    expect_code(0, tiny + "--placement cross,same_cpu --payload 64");
    const auto clock = result().at("clock");
    EXPECT_TRUE(clock.at("degraded").is_boolean());
    EXPECT_EQ(clock.at("degraded").get<bool>(), !clock.at("faults").empty());
    std::string when;
    for (const auto& offset : clock.at("offsets"))
        when += offset.at("when").get<std::string>() + ' ';
    EXPECT_EQ(when, clock.at("uncertainty_ns").is_null() ? "" : "begin end ");
}

TEST_F(result_file, does_not_name_the_host_unless_asked) {
    const auto named = expect_code(0, "uname -n");
    const std::string host = "\"" + named.out.substr(0, named.out.find('\n')) + "\"";
    expect_code(0, tiny);
    EXPECT_EQ(box.read("results.json").find(host), std::string::npos);
    expect_code(0, tiny + "--no-redact");
    EXPECT_NE(box.read("results.json").find(host), std::string::npos);
}

TEST_F(result_file, the_seed_alone_decides_the_order) {
    const auto seven = order_under("7");
    EXPECT_EQ(seven.size(), 18u);
    EXPECT_EQ(order_under("7"), seven);
    EXPECT_NE(order_under("8"), seven);
}

TEST_F(result_file, every_round_holds_every_cell_once) {
    const auto order = order_under("7");
    for (std::size_t round = 0; round < 3; ++round) {
        const auto first = order.begin() + static_cast<std::ptrdiff_t>(6 * round);
        EXPECT_EQ(std::set<std::string>(first, first + 6).size(), 6u) << round;
    }
}

TEST_F(result_file, on_standard_output_is_pure_json) {
    const auto ended = expect_code(0, tiny + "--json -");
    const auto document = nlohmann::json::parse(ended.out);
    EXPECT_EQ(document.at("schema").at("name"), "ipcmark.result");
    EXPECT_TRUE(box.files().empty());
    expect_code(0, tiny + "--json - 2>/dev/null | ipcmark validate -");
}

TEST_F(result_file, is_marked_incomplete_when_the_time_budget_is_spent) {
    const auto ended = expect_code(0, tiny + "--time-budget 1ms");
    EXPECT_TRUE(
        matches(ended.err, "the time budget was spent; .*; the result is marked incomplete"));
    EXPECT_EQ(result().at("complete"), false);
    EXPECT_EQ(result().at("cells").at(0).at("reason").at("code"), "interrupted");
    expect_code(0, "ipcmark validate results.json");
}

TEST_F(result_file, replaces_an_older_one_in_one_step) {
    box.write("results.json", "old");
    expect_code(0, tiny);
    EXPECT_EQ(result().at("complete"), true);
    EXPECT_EQ(box.files(), std::vector<std::string>{"results.json"});
}

TEST_F(result_file, a_page_is_written_beside_it) {
    expect_code(0, tiny + "--html page.html");
    EXPECT_EQ(box.files(), (std::vector<std::string>{"page.html", "results.json"}));
    EXPECT_NE(box.read("page.html").find("class=\"ipcmark-result\">"), std::string::npos);
    const auto ended = expect_code(0, tiny + "--html - --json r.json");
    EXPECT_TRUE(matches(ended.out.substr(0, 200), "^<!(doctype|DOCTYPE) html>"));
}

TEST_F(result_file, of_a_run_whose_figures_beat_the_machine_fails_its_self_check) {
    if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "takes two CPUs";
    const std::string run = "ipcmark --plugin " IPCMARK_IMPOSSIBLE
                            " run --mechanism impossible --pattern round_trip --payload 64 "
                            "--placement cross --repetitions 7 --repetition-ms 50 --idle-ms 0 ";
    // A busy machine may keep one of the spinning processes from running in a whole repetition.
    auto ended = box.run(run);
    for (int attempt = 1; attempt < 4 && ended.code == 0; ++attempt)
        ended = box.run(run);
    EXPECT_EQ(ended.code, 3);
    EXPECT_TRUE(matches(ended.err,
                        "self-check failed, faster than the machine's limit: "
                        "round_trip/impossible/64/\\w+ \\(\\w+_wake\\); .*--no-floors"));
    EXPECT_TRUE(matches(cells().at(0).at("flags").dump(), "beats_floor"));
    EXPECT_EQ(result().at("complete"), true);
    expect_code(0, run + "--no-floors");
}

class dry_run : public cli_test {};

TEST_F(dry_run, starts_and_writes_nothing) {
    // An absent TMPDIR would end a run that starts.
    const auto ended =
        expect_code(0, "TMPDIR=/nope " + tiny + "--dry-run --json x.json --html x.html");
    EXPECT_EQ(ended.out, "round_trip/pipe/64/same_cpu\n");
    EXPECT_TRUE(matches(ended.err, "1 cell to run, 0 skipped; about \\d+ s; seed \\d+"));
    EXPECT_TRUE(box.files().empty());
}

class progress_lines : public cli_test {};

TEST_F(progress_lines, hold_no_escape_codes_when_nobody_sees_them) {
    const auto ended = expect_code(0, tiny);
    EXPECT_TRUE(matches(ended.err, "(^|\n)\\d+ of 4 repetitions.*: round_trip/pipe/64/same_cpu\n"));
    EXPECT_EQ((ended.err + ended.out).find('\x1b'), std::string::npos);
    EXPECT_EQ((ended.err + ended.out).find('\r'), std::string::npos);
}

TEST_F(progress_lines, are_silent_when_asked) {
    EXPECT_EQ(expect_code(0, tiny + "--quiet").err, "");
}

TEST_F(progress_lines, are_a_bar_on_a_terminal) {
    if (!possible("script --version")) GTEST_SKIP() << "script(1) is not here";
    const auto ended = expect_code(0, "script -qec '" + tiny + "' /dev/null");
    EXPECT_TRUE(matches(ended.out, "\r\x1b\\[K\\[#*\\.*\\] \\d/4"));
}

}  // namespace
}  // namespace ipcmark::test
