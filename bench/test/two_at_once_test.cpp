#include <filesystem>
#include <signal.h>

#include "bench/test/cli_test.hpp"

/// Two ipcmarks that measure on one machine at the same time.
namespace ipcmark::test {
namespace {

namespace fs = std::filesystem;

const std::string one_cell_of_two = tiny + "--no-floors --quiet ";

struct second_run {
    const char* name;
    const char* first_on;  // CPUs of the first
    std::string line;      // the second
    bool meet;
};

class two_at_once : public cli_test {
protected:
    fs::path locks() const { return box.work().parent_path() / "locks"; }

    /// A run that measures for longer than any test.
    running measuring(const std::string& cpus) {
        running first = box.start("taskset -c " + cpus + " " + lasting +
                                  "--no-floors --quiet --json first.json");
        EXPECT_FALSE(first.wait_for_workers().empty());
        return first;
    }

    /// In order, so that nothing of it stays.
    static void end(running& first) {
        first.signal(SIGINT);
        EXPECT_EQ(first.wait().code, 130);
    }

    /// Until so many claims are there.
    void wait_for_claims(std::ptrdiff_t count) const {
        for (int i = 0; i < 2'000; ++i) {
            const auto there = std::distance(fs::directory_iterator(locks()), {});
            if (there == count + 1) return;  // and the queue's lock
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        ADD_FAILURE() << "no claims";
    }

    static std::string named(const running& first) {
        return "process " + std::to_string(first.pid()) + " \\(ipcmark run .*, since .* UTC, CPUs ";
    }
};

class beside : public two_at_once, public testing::WithParamInterface<second_run> {};

TEST_P(beside, is_told_where_the_cpus_are_the_same) {
    const auto& [name, first_on, line, meet] = GetParam();
    if (!possible("taskset -c 1 true")) GTEST_SKIP() << "there are no two CPUs here";
    running first = measuring(first_on);
    const auto second = box.run(line);
    EXPECT_EQ(second.code, 0) << second.err;
    EXPECT_EQ(matches(second.err, "another ipcmark measures on these CPUs: " + named(first)), meet)
        << second.err;
    if (fs::exists(box.work() / "second.json")) {
        const auto document = result("second.json");
        const auto& block =
            document.contains("watch") ? document["watch"] : document["calibration"];
        const auto& others = block.at("other_runs");
        ASSERT_EQ(others.size(), meet ? 1u : 0u);
        EXPECT_EQ(meet ? others[0].at("pid").get<pid_t>() : first.pid(), first.pid());
    }
    end(first);
    const auto of_first = result("first.json");
    EXPECT_EQ(of_first.at("watch").at("other_runs").size(), meet ? 1u : 0u);
    const std::string report = expect_code(0, "ipcmark report first.json --format text").out;
    EXPECT_EQ(matches(report, "Another ipcmark measured\\s+on\\s+the\\s+same\\s+CPUs"), meet);
}

const std::string calibrates =
    "ipcmark calibrate --mechanism pipe --pattern round_trip --placement same_cpu --repetitions 6 "
    "--repetition-ms 10 --quiet --json second.json";

INSTANTIATE_TEST_SUITE_P(
    of, beside,
    testing::Values(second_run{"run", "0,1", one_cell_of_two + "--json second.json", true},
                    second_run{"run_on_one_of_them", "0,1",
                               "taskset -c 0 " + one_cell_of_two + "--json second.json", true},
                    second_run{"run_on_another", "0",
                               "taskset -c 1 " + one_cell_of_two + "--json second.json", false},
                    second_run{"calibrate", "0,1", calibrates, true},
                    second_run{"calibrate_on_another", "1", "taskset -c 0 " + calibrates, false},
                    second_run{
                        "google_benchmark", "0,1",
                        "ipcmark_benchmark --mechanism pipe --pattern round_trip --payload 64 "
                        "--placement same_cpu --repetition-ms 10",
                        true}),
    [](const auto& each) { return std::string(each.param.name); });

TEST_F(two_at_once, doctor_tells_and_strict_refuses) {
    running first = measuring("0,1");
    const auto findings =
        nlohmann::json::parse(expect_code(0, "ipcmark doctor --json").out).at("findings");
    for (const auto& each : findings)
        if (each.at("id") == "load.ipcmark") {
            EXPECT_EQ(each.at("severity"), "warning");
            EXPECT_TRUE(matches(each.at("text"), named(first)));
        }
    const auto refused = expect_code(5, one_cell_of_two + "--strict --json second.json");
    EXPECT_TRUE(matches(refused.err, "another ipcmark measures on these CPUs now"));
    end(first);
}

TEST_F(two_at_once, wait_queues_and_a_kill_lets_it_go_on) {
    running first = measuring("0,1");
    running second = box.start(one_cell_of_two + "--wait --json second.json");
    wait_for_claims(2);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    EXPECT_FALSE(fs::exists(box.work() / "second.json"));
    const std::string whom = named(first);
    first.signal(SIGKILL);
    EXPECT_EQ(first.wait().code, 128 + SIGKILL);
    const auto ended = second.wait();
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_TRUE(matches(ended.err, "^Waiting for " + whom + "0-1\\); Ctrl-C gives up\n"));
    const auto measured = result("second.json");
    EXPECT_TRUE(measured.at("watch").at("other_runs").empty());
    EXPECT_TRUE(measured.at("complete"));
}

TEST_F(two_at_once, ctrl_c_ends_the_waiting) {
    running first = measuring("0,1");
    running second = box.start(one_cell_of_two + "--wait --json second.json");
    wait_for_claims(2);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    second.signal(SIGINT);
    const auto ended = second.wait();
    EXPECT_EQ(ended.code, 130) << ended.err;
    EXPECT_TRUE(matches(ended.err, "interrupted while waiting; nothing was measured\n$"));
    wait_for_claims(1);
    EXPECT_EQ(box.files(), (std::vector<std::string>{"first.json.journal"}));
    end(first);
}

TEST_F(two_at_once, waiting_ends_after_the_time_allowed) {
    running first = measuring("0,1");
    for (const std::string& line :
         {one_cell_of_two + "--wait=1s --json second.json", calibrates + " --wait=1s"}) {
        const auto ended = expect_code(5, line);
        EXPECT_TRUE(matches(ended.err, "ipcmark: --wait: after 1 s there still measures " +
                                           named(first) + "0-1\\); nothing was measured\n$"));
    }
    end(first);
    expect_refused(2, one_cell_of_two + "--wait=soon", "--wait: ");
}

TEST_F(two_at_once, nobody_is_ahead_of_a_run_alone) {
    const auto ended = expect_code(0, one_cell_of_two + "--wait --json second.json");
    EXPECT_EQ(ended.err.find("Waiting"), std::string::npos);
    box.write("plain", "");
    box.set("IPCMARK_LOCKS", "plain");
    expect_code(0, one_cell_of_two + "--json second.json");
    expect_refused(5, one_cell_of_two + "--wait --json second.json",
                   "--wait: plain: .*; point IPCMARK_LOCKS at a folder");
}

}  // namespace
}  // namespace ipcmark::test
