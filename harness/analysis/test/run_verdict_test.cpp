#include <cmath>

#include "harness/analysis/test/result_builder_fixture.hpp"

namespace ipcmark {
namespace {

class run_verdict : public result_builder_test {};

TEST_F(run_verdict, the_verdict_is_the_worse_of_what_differs_and_what_was_disturbed) {
    const auto verdict = [&](double spread, int disturbed) {
        result_builder s = fresh();
        for (int i = 0; i < 20; ++i)
            s.add(judged(timed(100 + (i % 2 == 0 ? spread : -spread)),
                         i < disturbed ? "disturbed" : "quiet"));
        return s.result(true, "").noise->verdict;
    };
    EXPECT_EQ(verdict(1, 0), "quiet");
    EXPECT_EQ(verdict(1, 2), "usable");
    EXPECT_EQ(verdict(1, 5), "noisy");
    EXPECT_EQ(verdict(1, 11), "unusable");
    EXPECT_EQ(verdict(8, 0), "usable");
    EXPECT_EQ(verdict(30, 0), "noisy");
    EXPECT_EQ(verdict(60, 2), "unusable");
}

TEST_F(run_verdict, below_six_repetitions_their_range_says_what_is_noise) {
    result_builder s = fresh();
    for (const double p50 : {98.0, 100.0, 102.0})
        s.add(judged(timed(p50), "quiet"));
    const noise_info noise = s.result(true, "").noise.value();
    EXPECT_NEAR(*noise.smallest_ratio, 1 + std::sqrt(2.0) * 0.02, 1e-9);
    EXPECT_NE(noise.text.find("by ranges"), std::string::npos);
    result_builder one = fresh();
    one.add(judged(timed(1), "quiet"));
    EXPECT_FALSE(one.result(true, "").noise->smallest_ratio);
}

TEST_F(run_verdict, the_row_that_disturbed_most_is_named_with_its_remedy_and_a_culprit) {
    result_builder s = fresh();
    s.header().watch.others = {{"make", 3, 42, 0.8}};
    const auto because = [&](std::vector<std::string> reasons) {
        repetition_record record = judged(timed(100), "disturbed");
        record.timed->noise.emplace();
        record.timed->noise->reasons = std::move(reasons);
        s.add(record);
    };
    because({"steal 0.2 > 0.01"});
    because({"foreign_cpu 0.61 > 0.15 + 0.06", "steal 0.2 > 0.01"});
    because({"steal 0.3 > 0.01"});
    const noise_info noise = s.result(true, "").noise.value();
    ASSERT_EQ(noise.rows.size(), 2u);
    EXPECT_EQ(noise.rows[0].row, "steal");
    EXPECT_EQ(noise.rows[0].disturbed, 3u);
    EXPECT_EQ(noise.rows[1].disturbed, 1u);
    EXPECT_EQ(noise.remedy, noise.rows[0].remedy);
    EXPECT_NE(noise.text.find("Most often steal was too high (3 of 3)"), std::string::npos);
    EXPECT_NE(noise.text.find("make (3 processes) took 0.80 CPUs"), std::string::npos);
    EXPECT_EQ(noise.text.find("ipcmark"), std::string::npos);
}

TEST_F(run_verdict, another_ipcmark_on_the_same_cpus_is_told) {
    result_builder s = fresh();
    s.header().watch.other_runs = {{812, "ipcmark run", "2026-01-01 00:00:00 UTC", {0, 1}},
                                   {813, "ipcmark run", "2026-01-01 00:00:00 UTC", {1}}};
    s.add(judged(timed(100), "quiet"));
    EXPECT_NE(s.result(true, "").noise->text.find(
                  " Another ipcmark (process 812) measured on the same CPUs."),
              std::string::npos);
}

TEST_F(run_verdict, half_of_the_repetitions_are_enough) {
    result_builder s = fresh();
    s.add(judged(timed(1), "quiet"));
    s.add(judged(timed(50), "disturbed"));
    EXPECT_EQ(s.result(true, "").cells.at(0).find("p50_ns")->n, 1u);
}

TEST_F(run_verdict, a_quiet_run_tells_the_smallest_difference_and_its_gate) {
    result_builder s = fresh();
    for (const double p50 : {98.0, 99.0, 100.0, 100.0, 101.0, 102.0})
        s.add(judged(timed(p50), "quiet"));
    const noise_info noise = s.result(true, "").noise.value();
    EXPECT_EQ(noise.verdict, "quiet");
    EXPECT_NEAR(*noise.smallest_ratio, 1 + std::sqrt(2.0) * 0.02, 1e-9);
    EXPECT_NE(noise.text.find("below 2.8 %"), std::string::npos);
    EXPECT_EQ(noise.gate.at("rows").at("foreign_cpu").at("usable"), 0.15);
}

TEST_F(run_verdict, without_a_judged_repetition_there_is_no_verdict) {
    result_builder s = fresh();
    s.add(timed(5));
    EXPECT_FALSE(s.result(true, "").noise);
}

}  // namespace
}  // namespace ipcmark
