#include <algorithm>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "bench/test/cli_test.hpp"

/// A container's memory limit: what it cannot hold is skipped, and whom it ends is told.
namespace ipcmark::test {
namespace {

namespace fs = std::filesystem;

class memory_limit : public cli_test {
protected:
    void SetUp() override {
        const bool v1 = fs::exists("/sys/fs/cgroup/memory/memory.limit_in_bytes");
        group_ = fs::path(v1 ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup") /
                 ("ipcmark_test_" + std::to_string(::getpid()));
        std::error_code none;
        limit_file_ = group_ / (v1 ? "memory.limit_in_bytes" : "memory.max");
        if (!fs::create_directory(group_, none) || !fs::exists(limit_file_))
            GTEST_SKIP() << "needs root and a control group of its own";
    }

    void TearDown() override {
        cli_test::TearDown();
        std::error_code none;
        fs::remove(group_, none);
    }

    outcome limited(int mebibytes, const std::string& line) {
        std::ofstream(limit_file_) << (std::int64_t{mebibytes} << 20);
        return box.run("echo $$ > " + (group_ / "cgroup.procs").string() + " && " + line);
    }

    const std::string run = tiny + "--no-floors --quiet ";
    fs::path group_;
    fs::path limit_file_;
};

TEST_F(memory_limit, leaves_out_beforehand_what_it_cannot_hold) {
    const auto ended = limited(24, run + "--mechanism pipe,shm_ring_futex --payload 64,4Mi");
    EXPECT_EQ(ended.code, 0) << ended.err;
    for (const auto& cell : cells()) {
        const bool large = cell.at("payload_bytes") == 4 << 20;
        EXPECT_EQ(cell.at("status"), large ? "skipped" : "ok") << cell.at("name");
        if (!large) continue;
        EXPECT_EQ(cell.at("reason").at("code"), "limit");
        EXPECT_TRUE(matches(cell.at("reason").at("text"),
                            "about \\d+ MiB are needed, and the memory limit of 24 MiB "
                            "\\(.*/memory\\..*\\) leaves [\\d.]+ MiB; raise it \\(docker run "
                            "--memory"));
    }
}

TEST_F(memory_limit, is_named_where_it_ends_a_worker) {
    const auto ended =
        limited(100, run + "--pattern round_trip --mechanism process_vm_readv,pipe --payload 16Mi");
    EXPECT_EQ(ended.code, 0) << ended.err;
    for (const auto& cell : cells()) {
        if (cell.at("transport") == "pipe") continue;
        EXPECT_EQ(cell.at("status"), "skipped");
        EXPECT_TRUE(matches(cell.at("reason").at("text"),
                            "the memory limit of 100 MiB \\(.*\\) ended the (producer|consumer) "
                            "while .*; raise it"));
    }
}

/// A container's limit of processes, that another of its programs reaches in the middle of a run.
TEST_F(cli_test, a_limit_of_processes_in_the_middle_of_a_run_costs_repetitions_alone) {
    const bool v1 = fs::exists("/sys/fs/cgroup/pids/cgroup.procs");
    const fs::path group = fs::path(v1 ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup") /
                           ("ipcmark_pids_" + std::to_string(::getpid()));
    std::error_code none;
    if (!fs::create_directory(group, none) || !fs::exists(group / "pids.max"))
        GTEST_SKIP() << "needs root and a control group of its own";
    running run = box.start("sh -c 'echo $$ > " + (group / "cgroup.procs").string() + " && exec " +
                            lasting + "--no-floors --quiet --repetitions 300 --retries 5'");
    EXPECT_FALSE(run.wait_for_workers().empty());
    // In the middle: a run that is refused its very first processes ends at once.
    const auto measured = [this] {
        const auto lines = box.read("results.json.journal");
        return std::count(lines.begin(), lines.end(), '\n') > 5;
    };
    for (int i = 0; i < 500 && !measured(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    for (const char* most : {"1", "max", "1", "max"}) {
        std::ofstream(group / "pids.max") << most;
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
    const outcome ended = run.wait(std::chrono::seconds(50));
    fs::remove(group, none);
    EXPECT_TRUE(ended.code == 0 || ended.code == 3) << ended.code << ended.err;
    const auto cell = cells().at(0);
    EXPECT_GT(cell.at("repetitions_ok"), 100);
    EXPECT_TRUE(cell.at("summary").contains("p50_ns")) << cell.dump();
    EXPECT_TRUE(result().at("complete"));
}

}  // namespace
}  // namespace ipcmark::test
