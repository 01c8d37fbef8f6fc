#include "harness/analysis/recorded_run.hpp"

#include <gtest/gtest.h>

#include "harness/analysis/test/made_result.hpp"

namespace ipcmark {
namespace {

test::made_result measured_run(double pipe, double fifo) {
    test::made_result made;
    made.add("pipe", std::vector<double>(6, pipe));
    made.add("fifo", std::vector<double>(6, fifo));
    made.result.header.run.started = "2026-01-01T00:00:00+00:00";
    made.result.header.environment.fingerprint = "sha256:0";
    made.result.header.build.git.revision = "abc";
    return made;
}

TEST(recorded_run, has_what_decides_of_cells_that_ended_ok) {
    auto made = measured_run(100, 200);
    made.set("pipe", "max_ns", 900);
    made.set("pipe", "cpu_ns_per_message", 50);
    made.cell("fifo").ended = status::failed;
    const auto run = recorded_of(made.result, "a.json");
    ASSERT_EQ(run.cells.size(), 1U);
    EXPECT_EQ(run.cells[0].name, "round_trip/pipe/64/l3");
    EXPECT_EQ(run.cells[0].figures.at("p50_ns").median, 100);
    EXPECT_EQ(run.cells[0].figures.at("p50_ns").n, 6U);
    EXPECT_EQ(run.cells[0].figures.count("cpu_ns_per_message"), 1U);
    EXPECT_EQ(run.cells[0].figures.count("max_ns"), 0U);
    EXPECT_EQ(run.build.revision, "abc");
}

TEST(recorded_run, is_the_same_under_another_file_name_and_only_then) {
    auto made = measured_run(100, 200);
    const auto once = recorded_of(made.result, "a.json");
    EXPECT_EQ(once.identity, recorded_of(made.result, "b.json").identity);
    made.result.header.plan.seed = "8";
    EXPECT_NE(once.identity, recorded_of(made.result, "a.json").identity);
}

TEST(recorded_run, is_held_against_a_golden_one_cell_by_cell) {
    auto run = recorded_of(measured_run(100, 200).result, "a.json");
    auto golden = measured_run(90, 190);
    golden.result.cells.pop_back();
    EXPECT_EQ(hold_against(run, golden.result), 1U);
    EXPECT_EQ(run.cells[0].figures.at("p50_ns").golden, 90);
    EXPECT_FALSE(run.cells[1].figures.at("p50_ns").golden);
}

TEST(recorded_run, of_a_comparison_is_b_held_against_a) {
    ab_result compared;
    compared.results[0] = measured_run(90, 190).result;
    compared.results[1] = measured_run(100, 200).result;
    compared.variants[0].revision = "old";
    compared.variants[1].revision = "new";
    // Two mechanisms may be compared as well: the pairs say which.
    compared.pairs = {{"round_trip/fifo/64/l3", "round_trip/pipe/64/l3"}};
    const auto run = recorded_of(compared, "ab.json");
    EXPECT_EQ(run.build.revision, "new");
    EXPECT_EQ(run.golden->revision, "old");
    EXPECT_EQ(run.cells[0].figures.at("p50_ns").median, 100);
    EXPECT_EQ(run.cells[0].figures.at("p50_ns").golden, 190);
    EXPECT_FALSE(run.cells[1].figures.at("p50_ns").golden);
}

}  // namespace
}  // namespace ipcmark
