#pragma once

#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <string>

#include "harness/history/store.hpp"

namespace ipcmark::test {

/// A folder of its own, removed in the end.
class store_test : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "ipcmark_history_XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path folder() const { return folder_; }
    std::filesystem::path file() const { return folder_ / "history.sqlite"; }

    /// Run `number` of `cells` cells, each with a p50 and a CPU time.
    static recorded_run made_run(int number, double p50 = 100, int cells = 2) {
        recorded_run run;
        run.identity = fmt::format("run {}", number);
        run.started = fmt::format("2026-01-01T{:02}:{:02}:{:02}+00:00", number / 3600,
                                  number / 60 % 60, number % 60);
        run.file = fmt::format("{}.json", number);
        run.fingerprint = "sha256:0";
        run.facts = {{"identity", {{"kernel_release", "6.12"}}}};
        run.build.revision = fmt::format("rev{}", number);
        for (int i = 0; i < cells; ++i) {
            recorded_cell cell;
            cell.name = fmt::format("round_trip/m{}/64/cross", i);
            cell.figures["p50_ns"] = {p50, p50 * 0.99, p50 * 1.01, 20, {}};
            cell.figures["cpu_ns_per_message"] = {p50 / 2, {}, {}, 20, {}};
            run.cells.push_back(std::move(cell));
        }
        return run;
    }

    static std::vector<past_series> series_of(const history_store& store) {
        std::vector<past_series> all;
        store.for_each_series(
            store.runs(), [](const std::string&) { return true; },
            [&](past_series one) { all.push_back(std::move(one)); });
        return all;
    }

private:
    std::filesystem::path folder_;
};

}  // namespace ipcmark::test
