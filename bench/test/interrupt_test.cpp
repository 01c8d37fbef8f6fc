#include <algorithm>
#include <fstream>
#include <map>
#include <signal.h>
#include <thread>

#include "bench/test/cli_test.hpp"

namespace ipcmark::test {
namespace {

namespace fs = std::filesystem;

class interrupt : public cli_test, public testing::WithParamInterface<int> {
protected:
    running start_lasting() {
        running command = box.start(lasting + "--mechanism pipe,unix_stream --seed 3");
        EXPECT_GE(command.wait_for_workers().size(), 2u);
        return command;
    }

    /// Waits until so many repetitions are in the journal.
    void wait_for_repetitions(std::size_t count) {
        for (int i = 0; i < 5'000; ++i) {
            if (repetitions_in(box.read("results.json.journal")) >= count) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        ADD_FAILURE() << "no " << count << " repetitions in the journal";
    }

    /// CPU time of a process; 0 when it has gone.
    static std::uint64_t cpu_ns(pid_t process) {
        std::uint64_t ns = 0;
        std::ifstream("/proc/" + std::to_string(process) + "/schedstat") >> ns;
        return ns;
    }

    /// Waits until two workers run for much of 40 ms: a pair in its phase, since a birth takes
    /// less.
    static std::vector<pid_t> workers_beside_a_pair_at_work(running& command) {
        constexpr std::uint64_t much_ns = 8'000'000;
        for (int look = 0; look < 200; ++look) {
            auto workers = command.wait_for_workers();
            std::map<pid_t, std::uint64_t> before;
            for (const pid_t each : workers)
                before[each] = cpu_ns(each);
            std::this_thread::sleep_for(std::chrono::milliseconds(40));
            const auto at_work = std::count_if(workers.begin(), workers.end(), [&](pid_t each) {
                return cpu_ns(each) > before[each] + much_ns;
            });
            if (at_work >= 2) return workers;
        }
        ADD_FAILURE() << "no pair at work";
        return {};
    }

    static std::size_t repetitions_in(const std::string& journal) {
        std::size_t repetitions = 0;
        for (auto at = journal.find("\n{\"cell\":"); at != std::string::npos;
             at = journal.find("\n{\"cell\":", at + 1))
            ++repetitions;
        return repetitions;
    }

    void wait_for_no_process() {
        for (int i = 0; i < 1'000 && !box.processes().empty(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }

    void expect_rescued(const nlohmann::json& restored) {
        EXPECT_EQ(restored.at("complete"), false);
        ASSERT_EQ(restored.at("cells").size(), 2u);
        EXPECT_GE(restored.at("run").at("repetitions").get<int>(), 4);
        EXPECT_FALSE(restored.at("benchmarks").empty());
        EXPECT_FALSE(restored.at("floors").empty()) << "what was probed before the kill";
    }
};

TEST_P(interrupt, leaves_a_valid_result_marked_incomplete) {
    running command = start_lasting();
    wait_for_repetitions(4);
    command.signal(GetParam());
    const auto ended = command.wait();
    EXPECT_EQ(ended.code, 130);
    EXPECT_TRUE(
        matches(ended.err, "ipcmark: interrupted by a signal; the result is marked incomplete"));
    EXPECT_EQ(box.files(), std::vector<std::string>{"results.json"});
    expect_rescued(result());
    expect_code(0, "ipcmark validate results.json");
}

INSTANTIATE_TEST_SUITE_P(
    by, interrupt, testing::Values(SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU),
    [](const auto& which) { return std::string(::sigabbrev_np(which.param)); });

TEST_F(interrupt, by_ctrl_c_reaches_the_whole_group_and_still_ends_in_order) {
    running command = start_lasting();
    ::kill(-command.pid(), SIGINT);
    EXPECT_EQ(command.wait().code, 130);
    expect_code(0, "ipcmark validate results.json");
    for (const auto& cell : cells())
        EXPECT_NE(cell.at("status"), "failed") << "a signal is no fault of the cell";
}

TEST_F(interrupt, by_sigkill_takes_the_workers_along_and_keeps_the_journal) {
    running command = start_lasting();
    wait_for_repetitions(6);
    command.signal(SIGKILL);
    EXPECT_EQ(command.wait().code, 128 + SIGKILL);
    wait_for_no_process();
    EXPECT_EQ(box.processes(), std::vector<pid_t>());
    EXPECT_EQ(box.files(), std::vector<std::string>{"results.json.journal"});
    const auto restored = expect_code(0, "ipcmark report results.json.journal --format json");
    expect_rescued(nlohmann::json::parse(restored.out));
    expect_code(
        0,
        "ipcmark report results.json.journal --format json -o r.json && ipcmark validate r.json");
    expect_code(0, "ipcmark report results.json.journal --format text");
    expect_code(0, tiny);  // sweeps what the killed run left: TearDown looks
}

TEST_F(interrupt, a_journal_that_ends_inside_a_line_is_restored) {
    running command = start_lasting();
    wait_for_repetitions(6);
    command.signal(SIGKILL);
    command.wait();
    wait_for_no_process();
    const std::string text = box.read("results.json.journal");
    box.write("torn.journal", text.substr(0, text.size() - 40));
    const auto restored = expect_code(0, "ipcmark report torn.journal --format json");
    expect_rescued(nlohmann::json::parse(restored.out));
    box.write("no_repetition.journal", text.substr(0, text.find('\n') + 1));
    expect_code(
        0,
        "ipcmark report no_repetition.journal --format json -o n.json && ipcmark validate n.json");
    box.write("no_line.journal", text.substr(0, text.find('\n') / 2));
    expect_refused(7, "ipcmark report no_line.journal", "no_line.journal: ");
    expect_code(0, tiny);
}

TEST_F(interrupt, the_next_run_sweeps_a_dead_runs_names_and_spares_the_living) {
    running dead = start_lasting();
    running alive = box.start(lasting + "--json alive.json");
    EXPECT_GE(alive.wait_for_workers().size(), 2u);
    dead.signal(SIGKILL);
    dead.wait();
    fs::path left_folder;
    fs::path kept_folder;
    for (const auto& entry : fs::directory_iterator(box.tmp())) {
        const bool of_dead = entry.path().filename().string().starts_with(
            "ipcmark-" + std::to_string(dead.pid()) + "-");
        (of_dead ? left_folder : kept_folder) = entry.path();
    }
    const fs::path object =
        fs::path("/dev/shm") / (left_folder.filename().string() + "-00000000-f");
    std::ofstream(object) << "left by a killed run";
    expect_code(0, tiny);
    EXPECT_FALSE(fs::exists(object));
    EXPECT_FALSE(fs::exists(left_folder));
    EXPECT_TRUE(fs::exists(kept_folder));
    alive.signal(SIGINT);
    EXPECT_EQ(alive.wait().code, 130);
}

/// As `docker pause` and a suspended virtual machine do.
TEST_F(interrupt, a_pause_of_everything_disturbs_a_repetition_and_drops_no_cell) {
    running command = box.start(tiny + "--repetitions 3 --repetition-ms 700 --deadline 1 -q");
    wait_for_repetitions(2);  // verify and counting; then the timed ones
    workers_beside_a_pair_at_work(command);
    std::vector<pid_t> all = box.processes();
    for (const pid_t each : all)
        ::kill(each, SIGSTOP);
    std::this_thread::sleep_for(std::chrono::milliseconds(4'500));
    for (const pid_t each : all)
        ::kill(each, SIGCONT);
    EXPECT_EQ(command.wait().code, 0);
    EXPECT_EQ(cells().at(0).at("status"), "ok");
    EXPECT_EQ(cells().at(0).at("repetitions_ok"), 3);
    std::string reasons;
    for (const auto& each : repetitions())
        reasons += each.at("ipc").at("noise").at("reasons").dump();
    EXPECT_TRUE(matches(reasons, "stall_ms [^\"]*: everything stood still for 4.\\d s")) << reasons;
}

TEST_F(interrupt, of_a_worker_from_outside_costs_one_try_of_that_cell_alone) {
    running command =
        box.start(tiny + "--mechanism pipe,unix_stream,fifo --repetitions 4 --repetition-ms 300");
    wait_for_repetitions(4);
    // Those that work and those that wait: only the cell that is being measured is hit.
    for (const pid_t worker : workers_beside_a_pair_at_work(command))
        ::kill(worker, SIGKILL);
    EXPECT_EQ(command.wait().code, 0);
    std::size_t hit = 0;
    for (const auto& cell : cells()) {
        EXPECT_EQ(cell.at("status"), "ok");
        EXPECT_EQ(cell.at("repetitions_ok"), 4);
        if (cell.at("failures").empty()) continue;
        ++hit;
        EXPECT_EQ(cell.at("failures").at(0).at("code"), "died");
        EXPECT_TRUE(matches(cell.at("failures").at(0).at("text"), "killed by SIGKILL"));
    }
    EXPECT_EQ(hit, 1u);
    expect_code(0, "ipcmark validate results.json");
}

}  // namespace
}  // namespace ipcmark::test
