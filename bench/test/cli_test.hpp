#pragma once

#include <gtest/gtest.h>
#include <map>
#include <string>
#include <thread>

#include <nlohmann/json.hpp>

#include "bench/test/command.hpp"

namespace ipcmark::test {

/// One cell on one CPU, a verify, two timed and one counting repetition: well under a second.
/// Nothing is run again, so that a test knows the number of repetitions on a busy machine too; no
/// silence to wait through. Its results.json is the latest one's.
inline const std::string tiny =
    "ipcmark run --profile quick --mechanism pipe --pattern round_trip --payload 64 "
    "--placement same_cpu --repetitions 2 --repetition-ms 10 --reruns 0 --idle-ms 0 --force ";

/// The same for as long as a signal needs to come.
inline const std::string lasting = tiny + "--repetitions 2000 ";

/// An ECMAScript expression, anywhere in the text.
testing::AssertionResult matches(const std::string& text, const std::string& expression);

/// Runs real commands in a sandbox; whatever a test does, nothing of it may stay behind.
class cli_test : public testing::Test {
protected:
    void TearDown() override {
        EXPECT_EQ(box.processes(), std::vector<pid_t>()) << "processes left";
        EXPECT_TRUE(std::filesystem::is_empty(box.tmp())) << "the run's folder was left";
        EXPECT_EQ(objects_left(), std::vector<std::string>()) << "IPC objects left";
    }

    outcome expect_code(int code, const std::string& line) {
        outcome ended = box.run(line);
        EXPECT_FALSE(ended.timed_out) << line;
        EXPECT_EQ(ended.code, code) << line << '\n' << ended.err;
        return ended;
    }

    /// One sentence on standard error, nothing on standard output, no file.
    void expect_refused(int code, const std::string& line, const std::string& sentence) {
        const auto files = box.files();
        const outcome ended = expect_code(code, line);
        EXPECT_TRUE(matches(ended.err, "(^|\n)ipcmark: .*" + sentence)) << line;
        EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
        EXPECT_EQ(ended.out, "") << line;
        EXPECT_EQ(box.files(), files) << line << " left a file";
    }

    nlohmann::json result(const std::string& file = "results.json") const {
        return nlohmann::json::parse(box.read(file));
    }

    // By value: a range-for over a part of result() would outlive the document.
    nlohmann::json cells() const { return result().at("cells"); }
    nlohmann::json benchmarks() const { return result().at("benchmarks"); }

    /// Every timed repetition of ours, in the order in which they ran.
    static nlohmann::json repetitions_of(const nlohmann::json& document) {
        std::map<std::uint64_t, nlohmann::json> by_sequence;
        for (const char* list : {"benchmarks", "set_aside"})
            for (const auto& entry : document.at(list))
                if (entry.contains("ipc")) by_sequence[entry.at("ipc").at("sequence")] = entry;
        nlohmann::json all = nlohmann::json::array();
        for (const auto& [sequence, entry] : by_sequence)
            all.push_back(entry);
        return all;
    }
    nlohmann::json repetitions() const { return repetitions_of(result()); }

    sandbox box;

private:
    /// What stays for two seconds: another test's objects, made at the same time, go by themselves.
    std::vector<std::string> objects_left() const {
        std::set<std::string> left = orphaned_objects();
        for (const auto& object : before_)
            left.erase(object);
        for (int i = 0; i < 100 && !left.empty(); ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            const auto now = orphaned_objects();
            std::erase_if(left, [&](const auto& object) { return now.count(object) == 0; });
        }
        return {left.begin(), left.end()};
    }

    std::set<std::string> before_ = orphaned_objects();
};

}  // namespace ipcmark::test
