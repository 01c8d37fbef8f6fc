#include <csignal>
#include <sstream>

#include "bench/test/cli_test.hpp"

namespace ipcmark::test {
namespace {

class options : public cli_test {
protected:
    /// As `tiny`, and overwrites nothing.
    const std::string careful = tiny.substr(0, tiny.find("--force"));

    std::string out_of(const std::string& line) {
        const outcome done = box.run(line);
        EXPECT_EQ(done.code, 0) << line << "\n" << done.err;
        return done.out;
    }
};

TEST_F(options, a_run_without_a_profile_is_quick_and_says_how_long_it_takes) {
    EXPECT_EQ(out_of("ipcmark run --dry-run"), out_of("ipcmark run --profile quick --dry-run"));
    const outcome done = box.run(tiny);
    EXPECT_EQ(done.code, 0) << done.err;
    EXPECT_TRUE(matches(done.err, "(^|\n)1 cell to run, 0 skipped; about \\d+ s\n"));
}

TEST_F(options, of_a_pattern_that_is_not_measured_are_refused) {
    expect_refused(2, "ipcmark run --rate 10k -m pipe --dry-run",
                   "--rate is for the patterns paced, state, and none of them is measured here");
    expect_refused(2, "ipcmark run --gap 1ms --pattern paced -m pipe --dry-run", "--gap is for");
    out_of("ipcmark run --gap 1ms --pattern paced,wake -m pipe --dry-run");
}

TEST_F(options, a_result_that_is_there_is_not_overwritten) {
    out_of(careful);
    const std::string first = box.read("results.json");
    out_of(careful);
    EXPECT_EQ(box.read("results.json"), first);
    EXPECT_EQ(box.files(), (std::vector<std::string>{"results-2.json", "results.json"}));
    expect_refused(2, careful + "--json results.json",
                   "results.json is there already; --force overwrites it");
    out_of(careful + "--json results.json --force");
    EXPECT_NE(box.read("results.json"), first);
    box.write("empty.json", "");
    out_of(careful + "--json empty.json");
    EXPECT_NE(box.read("empty.json"), "");
}

TEST_F(options, a_journal_that_is_there_is_not_overwritten) {
    box.write("results.json.journal", "{}\n");
    out_of(careful);
    EXPECT_EQ(box.read("results.json.journal"), "{}\n");
    EXPECT_NE(box.read("results-2.json"), "");
    expect_refused(2, careful + "--json results.json", "which `ipcmark report` reads; --force");
}

TEST_F(options, two_runs_at_once_do_not_share_a_result) {
    running first = box.start(careful + "--repetitions 2000");
    ASSERT_FALSE(first.wait_for_workers().empty());
    out_of(careful);
    EXPECT_EQ(result("results-2.json").at("complete"), true);
    const outcome refused = box.run(careful + "--force --json results.json");
    EXPECT_EQ(refused.code, 5);
    EXPECT_TRUE(matches(refused.err, "process " + std::to_string(first.pid()) +
                                         " is writing results.json now; wait for it"));
    first.signal(SIGINT);
    EXPECT_EQ(first.wait().code, 130);
    EXPECT_EQ(result().at("complete"), false);
    EXPECT_EQ(box.files(), (std::vector<std::string>{"results-2.json", "results.json"}));
}

TEST_F(options, a_printed_plan_is_the_same_plan) {
    for (const char* asked :
         {"--profile default -m pipe", "--profile rigorous -m udp --depth 7 --filter=-64/",
          "-m pipe,tcp --pattern paced,wake,burst --rate 1k,2.5k --load 50% --schedule poisson "
          "--gap 1ms --burst 8",
          "--pattern switch_ring -m pipe --ring-processes 2,3 --working-set 0,64k"}) {
        const std::string line = std::string("ipcmark run --seed 1 --dry-run ") + asked;
        const std::string cells = out_of(line);
        box.write("plan.json", out_of(line + " --print-plan"));
        EXPECT_EQ(out_of("ipcmark run --seed 1 --plan plan.json --dry-run"), cells) << asked;
        EXPECT_TRUE(matches(out_of("ipcmark validate --plan plan.json"), "valid"));
    }
}

TEST_F(options, equal_values_in_two_spellings_are_one) {
    EXPECT_EQ(
        out_of(
            "ipcmark run -m pipe --pattern round_trip -p 4096,4Ki,4k --placement cross --dry-run"),
        "round_trip/pipe/4096/l3\n");
    const std::string paced = "ipcmark run -m pipe -p 64 --pattern paced,wake,burst --dry-run ";
    EXPECT_EQ(out_of(paced + "--rate 1k,1000 --gap 1ms,1000us --burst 8,8"),
              out_of(paced + "--rate 1k --gap 1ms --burst 8"));
}

TEST_F(options, help_of_a_command_is_its_help) {
    EXPECT_EQ(out_of("ipcmark help report"), out_of("ipcmark report --help"));
    EXPECT_EQ(out_of("ipcmark help"), out_of("ipcmark --help"));
    expect_refused(2, "ipcmark help repord", "did you mean report");
}

TEST_F(options, help_keeps_within_its_columns) {
    std::istringstream commands("\n" + out_of("ipcmark completion --complete -- ''"));
    std::size_t helps = 0;
    for (std::string command; std::getline(commands, command); ++helps) {
        std::istringstream lines(
            out_of(command == "help" ? "ipcmark help" : "ipcmark " + command + " --help"));
        for (std::string line; std::getline(lines, line);)
            EXPECT_LE(line.size(), 100u) << command << ": " << line;
    }
    EXPECT_GE(helps, 15u);
}

TEST_F(options, the_manual_page_has_every_command_and_option) {
    const std::string page = out_of("ipcmark man");
    EXPECT_TRUE(page.starts_with(".TH IPCMARK 1"));
    for (const char* word : {".SS ipcmark run", ".SS ipcmark calibrate", ".SS ipcmark man",
                             "\\-\\-time\\-budget", "Exit codes"})
        EXPECT_NE(page.find(word), std::string::npos) << word;
    if (!possible("man --version")) GTEST_SKIP() << "no man here to read the page";
    box.write("ipcmark.1", page);
    const outcome read = box.run("man --warnings -l ipcmark.1");
    EXPECT_EQ(read.code, 0);
    EXPECT_EQ(read.err, "") << "what groff warns of";
}

struct completion_case {
    const char* words;
    std::vector<std::string> some;
};

TEST_F(options, are_completed_with_their_values) {
    const completion_case cases[] = {
        {"''", {"run", "list", "help"}},
        {"help ru", {"run"}},
        {"run --pro", {"--profile"}},
        {"run --profile ''", {"quick", "default", "rigorous", "server", "logging", "notifier"}},
        {"run --pattern ro", {"round_trip"}},
        {"run --placement cr", {"cross"}},
        {"run --mechanism pipe,unix_st", {"pipe,unix_stream"}},
        {"run --gate ''", {"relative", "strict"}},
        {"report --format m", {"markdown"}},
        {"ab --format g", {"github"}},
        {"export --format b", {"bmf"}},
        {"history a", {"add", "accept", "analyze"}},
        {"compare --gate u", {"unpaired"}},
        {"completion f", {"fish"}},
    };
    for (const auto& [words, some] : cases) {
        std::istringstream lines(out_of(std::string("ipcmark completion --complete -- ") + words));
        std::set<std::string> found;
        for (std::string line; std::getline(lines, line);)
            EXPECT_TRUE(found.insert(line).second) << line << " twice for " << words;
        for (const auto& each : some)
            EXPECT_TRUE(found.contains(each)) << each << " for " << words;
    }
    EXPECT_EQ(out_of("ipcmark completion --complete -- run --json ''"), "");
}

TEST_F(options, each_shell_has_a_script_that_works) {
    for (const char* shell : {"bash", "zsh", "fish"})
        EXPECT_NE(out_of(std::string("ipcmark completion ") + shell), "");
    expect_refused(2, "ipcmark completion tcsh", "choose bash, zsh or fish");
    box.write("try.sh",
              "source <(ipcmark completion bash)\nCOMP_WORDS=(ipcmark run --profile q)\n"
              "COMP_CWORD=3\n_ipcmark\necho \"${COMPREPLY[@]}\"\n");
    EXPECT_EQ(out_of("bash try.sh"), "quick\n");
}

TEST_F(options, mechanisms_are_found_by_what_they_can) {
    const auto names = [&](const std::string& where) {
        return out_of("ipcmark list --json --where '" + where + "' | grep '^    \"name\"'");
    };
    EXPECT_NE(names("fan_in").find("\"posix_mq\""), std::string::npos);
    EXPECT_EQ(names("not fan_in").find("\"posix_mq\""), std::string::npos);
    EXPECT_EQ(names("family=pipes and wait=spins or name=udp"),
              names("(name=udp) or wait=spins and family=pipes"));
    EXPECT_NE(names("name=udp and may_drop"), "");
    expect_refused(2, "ipcmark list --where fan_inn", "did you mean fan_in?");
    expect_refused(2, "ipcmark list --where '(fan_in'", "a '\\)' is missing");
    expect_refused(2, "ipcmark list --where 'fan_in udp'", "one word too many");
    expect_refused(4, "ipcmark list --where 'fan_in and not fan_in'", "no mechanism");
}

TEST_F(options, a_reader_that_went_away_is_no_full_disk) {
    const outcome done = box.run(tiny + "--json - -q | head -c 1");
    EXPECT_EQ(done.out, "{");
    EXPECT_EQ(done.err.find("disk"), std::string::npos) << done.err;
}

}  // namespace
}  // namespace ipcmark::test
