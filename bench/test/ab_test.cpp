#include <csignal>
#include <cstdlib>
#include <regex>

#include "bench/test/cli_test.hpp"

namespace ipcmark::test {
namespace {

const std::string plugin = IPCMARK_INJECTED;

/// One cell on one CPU, ten short pairs.
const std::string short_cell =
    " --pattern round_trip --placement same_cpu --pairs 10 --repetition-ms 10 --reruns 0 --quiet ";

/// A transport that sleeps, which B's environment burdens.
const std::string burdened =
    "ipcmark ab --plugin " + plugin + " -m injected" + short_cell + "--b-env INJECTED=";

class ab : public cli_test {
protected:
    const nlohmann::json& document() {
        if (document_.is_null()) document_ = result("ab.json");
        return document_;
    }

    /// A repository of two commits, of which the second builds a file with `second` in it.
    void make_repository(const std::string& first, const std::string& second) {
        const std::string git = "git -c user.name=a -c user.email=a@b ";
        expect_code(0, "git init -q . && echo '" + first + "' > build.sh && git add . && " + git +
                           "commit -qm one && echo '" + second + "' > build.sh && " + git +
                           "commit -qam two");
    }

private:
    nlohmann::json document_;
};

TEST_F(ab, the_same_twice_is_told_and_raises_no_alarm) {
    const auto ended = expect_code(0, "ipcmark ab -m pipe" + short_cell);
    EXPECT_TRUE(matches(ended.out, "Both sides are the same")) << ended.out;
    EXPECT_TRUE(document().at("same").get<bool>());
    EXPECT_EQ(document().at("schema").at("name"), "ipcmark.ab");
    EXPECT_EQ(document().at("pairs").size(), 1u);
    EXPECT_EQ(document().at("rule").at("looks").size(), 1u);
    ASSERT_EQ(document().at("controls").size(), 2u);
    EXPECT_EQ(document().at("controls")[0].at("first").size(), 10u);
}

TEST_F(ab, both_of_a_pair_run_back_to_back_with_one_layout_in_an_order_by_chance) {
    expect_code(0, "ipcmark ab -m pipe --seed 11" + short_cell);
    std::vector<nlohmann::json> of_a = repetitions_of(document().at("results")[0]);
    std::vector<nlohmann::json> of_b = repetitions_of(document().at("results")[1]);
    ASSERT_EQ(of_a.size(), 10u);
    ASSERT_EQ(of_b.size(), 10u);
    std::set<bool> a_first;
    for (std::size_t i = 0; i < of_a.size(); ++i) {
        const auto& a = of_a[i].at("ipc");
        const auto& b = of_b[i].at("ipc");
        EXPECT_EQ(a.at("round"), b.at("round"));
        const auto apart = a.at("sequence").get<int>() - b.at("sequence").get<int>();
        EXPECT_EQ(std::abs(apart), 1);
        EXPECT_EQ(a.at("layout").at("stack_pad_bytes"), b.at("layout").at("stack_pad_bytes"));
        a_first.insert(apart < 0);
    }
    EXPECT_EQ(a_first.size(), 2u);
}

TEST_F(ab, a_burden_in_the_environment_of_b_fails_the_gate) {
    box.set("GITHUB_STEP_SUMMARY", "summary.md");
    box.write("summary.md", "before\n");
    const auto ended = expect_code(1, burdened + "delay:20000 --format github --comment c.md");
    EXPECT_TRUE(matches(box.read("summary.md"), "^before\n<!-- ipcmark ab -->\n### ipcmark"));
    EXPECT_TRUE(matches(ended.out,
                        "::error title=ipcmark: regressed::p50 of "
                        "round_trip/injected/64/same_cpu: A .*, B .*x \\["))
        << ended.out;
    EXPECT_TRUE(matches(ended.out, "B is worse than A"));
    const auto comment = box.read("c.md");
    EXPECT_TRUE(comment.starts_with("<!-- ipcmark ab -->\n"));
    EXPECT_LT(comment.size(), 65'536u);
    EXPECT_TRUE(matches(comment, "\\| p50 `round_trip/injected/64/same_cpu` \\|"));
    EXPECT_EQ(document().at("variants")[1].at("environment")[0], "INJECTED=delay:20000");
}

TEST_F(ab, a_bound_above_the_change_passes) {
    const auto ended = expect_code(
        0, burdened + "delay:20000 --fail-above 1000% --theta cpu=1000% --format junit");
    EXPECT_TRUE(matches(ended.out, "<testsuite name=\"ipcmark ab\" tests=\"3\" failures=\"0\""))
        << ended.out;
}

TEST_F(ab, junit_has_a_failure_for_what_is_worse) {
    const auto ended = expect_code(1, burdened + "delay:20000 --format junit");
    EXPECT_TRUE(matches(ended.out,
                        "<testcase classname=\"round_trip/injected/64/same_cpu\" "
                        "name=\"p50_ns\">"));
    EXPECT_TRUE(matches(ended.out, "<failure message=\"p50 of round_trip")) << ended.out;
}

TEST_F(ab, reports_are_made_of_its_file_and_say_the_same) {
    const auto ended = expect_code(1, burdened + "delay:20000");
    std::smatch answer;
    ASSERT_TRUE(std::regex_search(ended.out, answer, std::regex("B is worse than A: [^\n]*")));
    for (const std::string format : {"text", "markdown"}) {
        const auto again = expect_code(0, "ipcmark report ab.json --format " + format);
        EXPECT_NE(again.out.find(answer.str()), std::string::npos) << format << again.out;
    }
    expect_code(0, "ipcmark validate ab.json");
    expect_code(0, "ipcmark report ab.json -o ab.html");
    expect_refused(7, "ipcmark report ab.json ab.json --format text",
                   "ab.json is what .ipcmark ab");
}

TEST_F(ab, confirms_what_is_worse_in_a_second_comparison) {
    const auto ended = expect_code(1, burdened + "delay:20000 --confirm");
    EXPECT_TRUE(matches(ended.out, "so again\\s+when\\s+compared\\s+once\\s+more")) << ended.out;
    const auto again = document().at("confirmation");
    EXPECT_EQ(again.at("pairs").size(), 1u);
    EXPECT_NE(again.at("results")[0].at("plan").at("seed"),
              document().at("results")[0].at("plan").at("seed"));
}

TEST_F(ab, the_action_tells_github_what_it_found) {
    box.set("GITHUB_OUTPUT", "outputs");
    box.set("GITHUB_STEP_SUMMARY", "summary.md");
    box.set("IPCMARK", IPCMARK_PROGRAM);
    box.set("IPCMARK_A", plugin);
    box.set("IPCMARK_B", plugin);
    box.set("IPCMARK_CONFIRM", "false");
    box.set("IPCMARK_ARGUMENTS", short_cell + "--b-env INJECTED=delay:20000");
    const auto ended = expect_code(1, IPCMARK_SOURCE "/ci/action/compare.sh");
    EXPECT_TRUE(matches(ended.out, "::error title=ipcmark: regressed::p50 of round_trip/injected"));
    EXPECT_EQ(box.read("outputs"), "verdict=worse\ncomment=ipcmark-ab/comment.md\n");
    EXPECT_TRUE(box.read("ipcmark-ab/comment.md").starts_with("<!-- ipcmark ab -->"));
    EXPECT_TRUE(matches(box.read("summary.md"), "B is worse than A"));
    EXPECT_FALSE(box.read("ipcmark-ab/ab.html").empty());
    box.set("IPCMARK_ARGUMENTS", short_cell);
    box.set("IPCMARK_OUTPUT", "equal");
    expect_code(0, IPCMARK_SOURCE "/ci/action/compare.sh");
    EXPECT_TRUE(matches(box.read("outputs"), "verdict=equal\ncomment=equal/comment.md\n$"));
}

TEST_F(ab, the_action_wants_its_inputs) {
    const auto ended = box.run(IPCMARK_SOURCE "/ci/action/compare.sh");
    EXPECT_EQ(ended.code, 1);
    EXPECT_TRUE(matches(ended.err, "the input a is empty")) << ended.err;
}

TEST_F(ab, two_files_of_a_plug_in_are_compared_by_what_they_bring) {
    expect_code(
        0, "mkdir old new && cp " + plugin + " old/libmine.so && cp " + plugin + " new/libmine.so");
    expect_code(0, "ipcmark ab --a old/libmine.so --b new/libmine.so" + short_cell);
    EXPECT_TRUE(document().at("same").get<bool>());
    EXPECT_EQ(document().at("pairs")[0].at("a"), "round_trip/injected/64/same_cpu");
    EXPECT_EQ(document().at("variants")[1].at("label"), "new/libmine.so");
}

TEST_F(ab, programs_are_run_by_their_whole_selves) {
    const std::string program = IPCMARK_PROGRAM;
    expect_code(0, "ipcmark ab --a=" + program + " --b " + program + " -m pipe" + short_cell);
    EXPECT_EQ(document().at("variants")[0].at("program"), program);
    EXPECT_TRUE(document().at("same").get<bool>());
}

TEST_F(ab, mechanisms_and_settings_make_variants) {
    expect_code(1,
                "ipcmark ab --a touch=desc --b touch=copy -m shm_ring_futex --payload 1M --force" +
                    short_cell);
    EXPECT_EQ(document().at("variants")[0].at("settings")[0], "touch=desc");
    expect_code(1, "ipcmark ab --a pipe --b tcp --json other.json" + short_cell);
    EXPECT_EQ(result("other.json").at("pairs")[0].at("b"), "round_trip/tcp/64/same_cpu");
}

TEST_F(ab, revisions_are_built_in_checkouts_of_their_own) {
    make_repository("cp " + plugin + " mine.so", "cp " + plugin + " mine.so; touch new");
    expect_code(
        0, "ipcmark ab --a HEAD~1 --b HEAD --build 'sh build.sh' --built mine.so" + short_cell);
    EXPECT_EQ(document().at("variants")[0].at("revision").get<std::string>().size(), 40u);
    EXPECT_EQ(expect_code(0, "git worktree list").out.find("ipcmark-build"), std::string::npos);
}

TEST_F(ab, a_build_that_fails_is_told_with_its_revision) {
    make_repository("echo sorry; exit 3", "true");
    const auto ended =
        expect_code(5, "ipcmark ab --a HEAD~1 --build 'sh build.sh' --built mine.so" + short_cell);
    EXPECT_TRUE(matches(ended.err, "sorry")) << ended.err;
    EXPECT_TRUE(
        matches(ended.err, "'sh build.sh' ended with exit code 3 for revision [0-9a-f]{40}"));
}

TEST_F(ab, a_variant_that_crashes_is_a_failed_cell) {
    const auto ended = expect_code(3, burdened + "crash");
    EXPECT_TRUE(matches(ended.out, "Not measured, B: round_trip/injected/64/same_cpu [^]*SIGABRT"))
        << ended.out;
    EXPECT_EQ(document().at("results")[1].at("cells")[0].at("status"), "failed");
    EXPECT_EQ(document().at("results")[0].at("cells")[0].at("status"), "ok");
}

TEST_F(ab, a_program_that_vanishes_is_a_failed_cell) {
    expect_code(0, "cp " IPCMARK_PROGRAM " gone");
    auto running = box.start(
        "ipcmark ab --b ./gone -m pipe --pattern round_trip --placement "
        "same_cpu --repetition-ms 50 --reruns 0");
    ASSERT_FALSE(running.wait_for_workers().empty());
    std::filesystem::remove(box.work() / "gone");
    const auto ended = running.wait();
    EXPECT_EQ(ended.code, 3) << ended.err;
    EXPECT_TRUE(matches(ended.err, "gone.*No such file")) << ended.err;
}

TEST_F(ab, ctrl_c_keeps_the_pairs_that_were_complete) {
    auto running = box.start(
        "ipcmark ab -m pipe --pattern round_trip --placement same_cpu "
        "--pairs 1000 --repetition-ms 20 --reruns 0");
    ASSERT_FALSE(running.wait_for_workers().empty());
    std::this_thread::sleep_for(std::chrono::milliseconds(800));
    running.signal(SIGINT);
    const auto ended = running.wait();
    EXPECT_EQ(ended.code, 130) << ended.err;
    EXPECT_FALSE(document().at("complete").get<bool>());
    EXPECT_EQ(document().at("incomplete_reason"), "interrupted by a signal");
}

TEST_F(ab, killed_leaves_a_journal_that_is_reported) {
    auto running = box.start(
        "ipcmark ab -m pipe --pattern round_trip --placement same_cpu "
        "--pairs 1000 --repetition-ms 20 --reruns 0");
    ASSERT_FALSE(running.wait_for_workers().empty());
    std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
    running.signal(SIGKILL);
    running.wait();
    EXPECT_EQ(box.files(), std::vector<std::string>{"ab.json.journal"});
    const std::string text = box.read("ab.json.journal");
    expect_code(0, "ipcmark report ab.json.journal --format json -o ab.json");
    expect_code(0, "ipcmark validate ab.json");
    EXPECT_FALSE(document().at("complete").get<bool>());
    EXPECT_GE(repetitions_of(document().at("results")[1]).size(), 2u);
    EXPECT_GE(document().at("controls")[0].at("first").size(), 1u);
    EXPECT_TRUE(matches(expect_code(0, "ipcmark report ab.json.journal --format text").out,
                        "rebuilt from the journal"));
    box.write("torn.journal", text.substr(0, text.size() - 30));
    expect_code(0, "ipcmark report torn.journal --format text");
    box.write("frame.journal", text.substr(0, text.find('\n') / 2));
    expect_refused(7, "ipcmark report frame.journal", "frame.journal: ");
    expect_code(0, "ipcmark ab -m pipe" + short_cell + "--force");  // sweeps what was left
}

TEST_F(ab, what_cannot_be_written_loses_no_pair) {
    box.set("LD_PRELOAD", IPCMARK_REFUSING);
    const std::string line = "ipcmark ab -m pipe" + short_cell;
    box.set("REFUSE", "write:ENOSPC:.journal:9");
    EXPECT_TRUE(
        matches(expect_code(5, line).err,
                "write ab.json.journal: No space left on device; what was measured is in "));
    box.set("REFUSE", "write:ENOSPC:other.json.tmp:1");
    EXPECT_TRUE(matches(expect_code(5, line + "--json other.json").err,
                        "write other.json: No space left on device; what was measured is in "
                        "other.json.journal"));
    box.set("REFUSE", "open:EROFS:third.json.tmp");
    expect_refused(5, line + "--json third.json", "third.json.*Read-only file system");
    box.set("REFUSE", "");
    for (const std::string& file : box.files())
        expect_code(0, "ipcmark report " + file + " --format text");
}

TEST_F(ab, files_with_faults_are_refused_by_their_pointers) {
    expect_code(0, "ipcmark ab -m pipe" + short_cell);
    const auto with = [&](const std::string& pointer, const nlohmann::json& value) {
        nlohmann::json faulty = document();
        faulty[nlohmann::json::json_pointer(pointer)] = value;
        box.write("faulty.json", faulty.dump());
    };
    with("/rule/looks/0/level", 7);
    expect_refused(7, "ipcmark validate faulty.json", "/rule/looks/0/level must be at most 1");
    with("/results/1/cells/0/status", "perhaps");
    expect_refused(7, "ipcmark validate faulty.json", "/results/1/cells/0/status must be one of");
    with("/schema/version", "2.0");
    expect_refused(7, "ipcmark report faulty.json", "this ipcmark reads 1.x");
}

TEST_F(ab, says_what_a_variant_may_be) {
    const std::string start = "ipcmark ab --quiet ";
    expect_refused(2, start + "--a pipo",
                   "there is no program, plug-in, mechanism or git revision "
                   "'pipo'; did you mean pipe");
    expect_refused(2, start + "--a ./nothing", "there is no program, plug-in, .* './nothing'");
    expect_refused(2, start + "--a pipe,tcp", "--a names two mechanisms, pipe and tcp");
    expect_refused(2, start + "--a tuch=rw", "there is no setting 'tuch'; did you mean touch");
    expect_refused(2, start + "--a touch=all", "--a: 'all' is not one of");
    expect_refused(2, start + "--b-env X", "--b-env: 'X' is not of the form NAME=value");
    expect_refused(2, start + "--a /bin/true", "--a: /bin/true is no ipcmark program");
    expect_refused(2, start + "--fail-above many", "--fail-above: 'many' is no change from");
    expect_refused(2, start + "--theta p50", "--theta: 'p50' is not of the form METRIC=PERCENT");
    expect_refused(2, start + "--theta speed=5%", "--theta: 'speed' is not one of");
    expect_refused(2, start + "--build make", "--build and --built go together");
    expect_refused(2, start + "--format xml", "--format 'xml' is not one of");
    expect_refused(2, start + "-m pipe --pattern paced --load 50%",
                   "a load is a share of what a side can carry.*give --rate");
    expect_refused(2, start + "--html ab.json --json ab.json", "ab.json");
    expect_refused(2, start + "--pairs 3", "--pairs: ");
    expect_refused(2, start + "--a payload=64,payload=128 --b pipe --payload 1,2",
                   "the cells of A and B do not pair up");
}

}  // namespace
}  // namespace ipcmark::test
