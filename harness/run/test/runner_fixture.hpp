#pragma once

#include <dirent.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <unistd.h>

#include "harness/run/runner.hpp"

/// Real pairs of this very executable, and a look at what they leave.
namespace ipcmark {

namespace fs = std::filesystem;

inline std::size_t children() {
    std::ifstream list("/proc/self/task/" + std::to_string(::getpid()) + "/children");
    return static_cast<std::size_t>(std::distance(std::istream_iterator<int>(list), {}));
}

inline std::size_t entries(const std::filesystem::path& folder, const std::string& prefix) {
    std::size_t count = 0;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
        count += entry.path().filename().string().starts_with(prefix);
    return count;
}

class runner_test : public testing::Test {
protected:
    runner_test() {
        options.stage_deadline_ms = 3'000;
        request.what = {"unix_seqpacket", pattern::round_trip, 64, placement::free, touch::rw, 16};
        request.tag = 0x1122334455667788;
        request.work.warm_up_min_ns = 1'000'000;
        request.work.warm_up_messages = 100;
        request.work.warm_up_max_ns = 20'000'000;
        request.work.timed_ns = 10'000'000;
    }

    ~runner_test() override {
        EXPECT_EQ(children(), 0u);
        EXPECT_EQ(entries("/dev/shm", workspace.directory().filename()), 0u);
        EXPECT_EQ(entries(workspace.directory(), "0"), 0u) << "the repetition's folder";
    }

    repetition_result run() { return runner(workspace, interrupts, clock, options).run(request); }

    run_workspace workspace;
    interrupt_watch interrupts;
    clock_parameters clock;
    runner_options options;
    launch_request request;
};

}  // namespace ipcmark
