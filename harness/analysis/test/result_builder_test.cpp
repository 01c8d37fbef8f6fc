#include "harness/analysis/result_builder.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include "harness/base/fields.hpp"
#include "harness/base/json_text.hpp"
#include "harness/result/result_file.hpp"

namespace ipcmark {
namespace {

const std::string pipe_cell = "round_trip/pipe/64/l3";

using flag_list = std::vector<std::string>;

class result_builder_test : public testing::Test {
protected:
    result_builder_test() {
        planned.resize(2);
        planned[0].what = {"pipe", pattern::round_trip, 64, placement::l3, touch::rw, 16};
        planned[1].what = {"udp", pattern::one_way, 65'536, placement::l3, touch::rw, 4};
        planned[1].skipped = failure{status::skipped, "limit", "", "too large"};
    }
    result_builder fresh() { return {run_header{}, planned, 6}; }

    static repetition_record timed(double p50) {
        repetition_record record;
        record.cell = pipe_cell;
        record.metrics = {{"p50_ns", p50}, {"p99_ns", std::nullopt}};
        record.latency_buckets = {{500, 10}, {501, 1}};
        record.timed.emplace();
        record.timed->cell = pipe_cell;
        record.timed->elapsed_ns = 1'000'000'000;
        return record;
    }

    std::vector<planned_cell> planned;
};

std::string file_of(const result_builder& builder) {
    return json_text(to_tree(builder.result(false, "x")));
}

TEST_F(result_builder_test, repetitions_are_kept_and_summarised) {
    result_builder s = fresh();
    for (const double p50 : {5.0, 1.0, 4.0, 2.0, 3.0, 6.0})
        s.add(timed(p50));
    const run_result result = s.result(true, "");
    const cell_result& cell = result.cells.at(0);
    EXPECT_EQ(cell.ended, status::ok);
    EXPECT_EQ(cell.repetitions_ok, 6u);
    EXPECT_EQ(cell.find("p50_ns")->median, 3.5);
    EXPECT_EQ(cell.find("p50_ns")->low, 1.0);
    EXPECT_EQ(cell.find("p50_ns")->high, 6.0);
    EXPECT_EQ(cell.find("p99_ns"), nullptr);
    EXPECT_EQ(cell.histogram->count, 66u);
    EXPECT_EQ(result.repetitions.size(), 6u);
    EXPECT_EQ(to_tree(result).at("benchmarks").elements().at(5).at("repetition_index"), 5);
    EXPECT_EQ(result.header.run.measuring_s, 6.0);
}

TEST_F(result_builder_test, no_planned_cell_vanishes) {
    const auto cells = fresh().result(false, "interrupted").cells;
    ASSERT_EQ(cells.size(), 2u);
    EXPECT_EQ(cells.at(0).ended, status::skipped);
    EXPECT_EQ(cells.at(0).why->code, "interrupted");
    EXPECT_EQ(cells.at(1).why->text, "too large");
}

TEST_F(result_builder_test, a_failed_cell_keeps_what_it_had) {
    result_builder s = fresh();
    s.add(timed(5));
    repetition_record broken;
    broken.cell = pipe_cell;
    broken.failed = failure{status::timed_out, "stall", "timing", "hung"};
    s.add(broken);
    EXPECT_TRUE(s.given_up(pipe_cell));
    EXPECT_EQ(s.failed_cells(), 1u);
    const cell_result cell = s.result(true, "").cells.at(0);
    EXPECT_EQ(cell.ended, status::timed_out);
    EXPECT_EQ(cell.repetitions_ok, 1u);
    EXPECT_EQ(cell.failures.size(), 1u);
}

TEST_F(result_builder_test, a_cell_whose_service_was_started_again_goes_on_and_tells_of_it) {
    result_builder s = fresh();
    repetition_record lost;
    lost.cell = pipe_cell;
    lost.failed = failure{status::failed, std::string(service_lost_code), "", "the broker went"};
    s.add(lost);
    EXPECT_FALSE(s.given_up(pipe_cell));
    s.add(timed(5));
    EXPECT_EQ(s.failed_cells(), 0u);
    const cell_result cell = s.result(true, "").cells.at(0);
    EXPECT_EQ(cell.ended, status::ok);
    EXPECT_EQ(cell.repetitions_ok, 1u);
    ASSERT_EQ(cell.failures.size(), 1u);
    EXPECT_EQ(cell.failures[0].text, "the broker went");
}

TEST_F(result_builder_test, a_journal_rebuilds_the_same_document) {
    result_builder s = fresh();
    std::vector<std::string> lines{json_text(s.first_line())};
    const auto append = [&](const repetition_record& record) {
        lines.push_back(json_text(s.add(record)));
    };
    append(timed(5));
    append(timed(7));
    repetition_record broken;
    broken.cell = pipe_cell;
    broken.why = purpose::counting;
    broken.failed = failure{status::failed, "died", "timing", "killed by SIGKILL"};
    append(broken);
    result_builder restored(parse_json(lines[0]));
    for (std::size_t i = 1; i < lines.size(); ++i)
        restored.restore(parse_json(lines[i]));
    EXPECT_EQ(file_of(restored), file_of(s));
}

/// A try of the cell's repetition that was judged, and its p50.
repetition_record judged(repetition_record record, const char* word, std::uint64_t number = 0) {
    record.timed->how = from_word<quality>(word);
    record.timed->attempt = number;
    return record;
}

TEST_F(result_builder_test, disturbed_repetitions_are_kept_but_left_out_of_the_estimates) {
    result_builder s = fresh();
    s.add(judged(timed(90), "disturbed"));
    s.add(judged(timed(51), "usable", 1));
    s.add(judged(timed(50), "quiet"));
    s.add(judged(timed(52), "quiet"));
    s.add(judged(timed(80), "disturbed"));
    const run_result result = s.result(true, "");
    const cell_result& cell = result.cells.at(0);
    EXPECT_EQ(result.repetitions.size(), 5u);
    EXPECT_EQ(cell.repetitions_ok, 4u) << "one of them was run twice";
    EXPECT_EQ(cell.repetitions_disturbed, 2u);
    EXPECT_EQ(cell.repetitions_excluded, 2u);
    EXPECT_EQ(cell.find("p50_ns")->n, 3u);
    EXPECT_EQ(cell.find("p50_ns")->max, 52.0);
    EXPECT_EQ(cell.histogram->count, 33u);
    EXPECT_TRUE(cell.flags.empty());
    EXPECT_EQ(result.noise->rerun, 1u);
    EXPECT_EQ(result.noise->verdict, "noisy");
}

TEST_F(result_builder_test, a_cell_with_too_few_clean_repetitions_uses_all_and_says_so) {
    result_builder s = fresh();
    s.add(judged(timed(1), "quiet"));
    for (const double p50 : {50.0, 60.0, 70.0})
        s.add(judged(timed(p50), "disturbed"));
    const run_result result = s.result(true, "");
    const cell_result& cell = result.cells.at(0);
    EXPECT_EQ(cell.find("p50_ns")->n, 4u);
    EXPECT_EQ(cell.repetitions_excluded, 0u);
    EXPECT_EQ(cell.repetitions_disturbed, 3u);
    EXPECT_EQ(cell.flags, flag_list{"disturbed"});
    EXPECT_EQ(result.noise->verdict, "unusable");
}

TEST_F(result_builder_test, the_verdict_is_the_worse_of_what_differs_and_what_was_disturbed) {
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

TEST_F(result_builder_test, below_six_repetitions_their_range_says_what_is_noise) {
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

TEST_F(result_builder_test, the_row_that_disturbed_most_is_named_with_its_remedy_and_a_culprit) {
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
}

TEST_F(result_builder_test, half_of_the_repetitions_are_enough) {
    result_builder s = fresh();
    s.add(judged(timed(1), "quiet"));
    s.add(judged(timed(50), "disturbed"));
    EXPECT_EQ(s.result(true, "").cells.at(0).find("p50_ns")->n, 1u);
}

TEST_F(result_builder_test, a_quiet_run_tells_the_smallest_difference_and_its_gate) {
    result_builder s = fresh();
    for (const double p50 : {98.0, 99.0, 100.0, 100.0, 101.0, 102.0})
        s.add(judged(timed(p50), "quiet"));
    const noise_info noise = s.result(true, "").noise.value();
    EXPECT_EQ(noise.verdict, "quiet");
    EXPECT_NEAR(*noise.smallest_ratio, 1 + std::sqrt(2.0) * 0.02, 1e-9);
    EXPECT_NE(noise.text.find("below 2.8 %"), std::string::npos);
    EXPECT_EQ(noise.gate.at("rows").at("foreign_cpu").at("usable"), 0.15);
}

TEST_F(result_builder_test, without_a_judged_repetition_there_is_no_verdict) {
    result_builder s = fresh();
    s.add(timed(5));
    EXPECT_FALSE(s.result(true, "").noise);
}

TEST_F(result_builder_test, a_journal_brings_back_what_was_learnt_on_the_way) {
    result_builder s = fresh();
    result_builder restored(s.first_line());
    clock_info clock;
    clock.source = "tsc";
    restored.restore(s.set_clock(clock));
    restored.restore(
        s.set_floors({floor_info{"memcpy", "bytes_per_second", "", {}, {}, {}, {}, 1.0, {}}}));
    restored.restore(s.add(timed(5)));
    EXPECT_EQ(file_of(restored), file_of(s));
    EXPECT_EQ(restored.result(false, "x").floors.size(), 1u);
    EXPECT_THROW(restored.restore(tree::object()), std::exception);
}

TEST_F(result_builder_test, counting_repetitions_are_never_mixed_with_timed_ones) {
    result_builder s = fresh();
    s.add(timed(5));
    for (const double calls : {4.0, 8.0, 5.0}) {
        repetition_record counted;
        counted.cell = pipe_cell;
        counted.why = purpose::counting;
        counted.metrics = {{"syscalls_per_message", calls}};
        counted.counting.emplace();
        counted.counting->per_message = {{"syscalls_per_message", calls}};
        counted.counting->sources = {{"syscalls_per_message", "tracepoint"}};
        s.add(counted);
    }
    const cell_result cell = s.result(true, "").cells.at(0);
    EXPECT_EQ(cell.repetitions_ok, 1u);
    EXPECT_EQ(cell.find("p50_ns")->n, 1u);
    EXPECT_EQ(cell.find("syscalls_per_message")->median, 5.0);
    EXPECT_EQ(cell.find("syscalls_per_message")->source, "tracepoint");
    EXPECT_EQ(cell.counting->repetitions, 3u);
}

TEST_F(result_builder_test, what_waiting_costs_is_shown_by_every_cell_of_the_mechanism_there) {
    planned.push_back(planned[0]);
    planned.back().what.payload_bytes = 4096;
    planned.push_back(planned[0]);
    planned.back().what.place = placement::same_cpu;
    planned.push_back(planned[0]);
    planned.back().what.payload_bytes = 1 << 20;
    planned.back().skipped = failure{status::skipped, "limit", "", "too large"};
    result_builder s = fresh();
    repetition_record idle;
    idle.cell = pipe_cell;
    idle.why = purpose::idle;
    idle.metrics = {{"idle_cpu_share", 0.01}};
    s.add(from_tree<repetition_record>(to_tree(idle)));
    const auto cells = s.result(true, "").cells;
    EXPECT_EQ(cells.at(0).median("idle_cpu_share"), 0.01);
    EXPECT_TRUE(cells.at(2).find("idle_cpu_share"));
    EXPECT_FALSE(cells.at(1).find("idle_cpu_share"));
    EXPECT_FALSE(cells.at(3).find("idle_cpu_share"));
    EXPECT_TRUE(cells.at(4).summary.empty()) << "it never ran";
}

TEST_F(result_builder_test, a_file_gives_the_same_result_again) {
    result_builder s = fresh();
    s.add(judged(timed(90), "disturbed"));
    s.add(judged(timed(2), "usable", 1));
    repetition_record counted;
    counted.cell = pipe_cell;
    counted.counting.emplace();
    counted.counting->per_message = {{"syscalls_per_message", 4.0}, {"cycles_per_message", {}}};
    s.add(counted);
    const tree file = to_tree(s.result(true, ""));
    EXPECT_EQ(json_text(to_tree(run_result_from_tree(parse_json(json_text(file))))),
              json_text(file));
}

TEST_F(result_builder_test, a_file_that_does_not_fit_is_refused_with_its_pointer) {
    tree file = to_tree(fresh().result(true, ""));
    file["cells"].elements()[1]["status"] = "perhaps";
    try {
        run_result_from_tree(file);
        FAIL();
    } catch (const bad_field& e) {
        EXPECT_EQ(e.pointer(), "/cells/1/status");
    }
}

}  // namespace
}  // namespace ipcmark
