#include <cmath>

#include "harness/analysis/test/result_builder_fixture.hpp"
#include "harness/base/fields.hpp"
#include "harness/base/json_text.hpp"
#include "harness/result/result_file.hpp"

namespace ipcmark {
namespace {

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

/// A repetition that failed, after so many that ended well.
struct lost_case {
    const char* code;
    status how;
    bool tried_again;
    int good_before;
    bool ends;
};

TEST_F(result_builder_test, a_cell_with_figures_survives_a_lost_repetition) {
    for (const auto& [code, how, tried_again, good_before, ends] :
         {lost_case{"died", status::failed, false, 2, false},
          lost_case{"stall", status::timed_out, false, 2, false},
          lost_case{"error", status::failed, false, 1, false},
          lost_case{"died", status::failed, false, 0, true},
          lost_case{"died", status::failed, true, 0, false},
          lost_case{"spawn", status::failed, false, 0, false},
          lost_case{"integrity", status::failed, false, 2, true},
          lost_case{"limit", status::skipped, false, 2, true}}) {
        result_builder s = fresh();
        for (int i = 0; i < good_before; ++i)
            s.add(timed(5));
        repetition_record lost;
        lost.cell = pipe_cell;
        lost.failed = failure{how, code, "timing", "the text"};
        if (tried_again) lost.tried_again = true;
        s.add(lost);
        EXPECT_EQ(s.given_up(pipe_cell), ends) << code << ' ' << good_before;
        const run_result result = s.result(true, "");
        ASSERT_EQ(result.cells.at(0).failures.size(), 1u) << "the loss is told";
        EXPECT_EQ(result.cells.at(0).find("p50_ns") != nullptr, good_before > 0) << code;
        if (!ends && good_before == 0) {
            EXPECT_EQ(result.cells.at(0).why->code, code) << "nothing was measured";
        }
    }
}

TEST_F(result_builder_test, a_cell_is_given_up_after_two_losses_in_a_row) {
    result_builder s = fresh();
    repetition_record lost;
    lost.cell = pipe_cell;
    lost.failed = failure{status::failed, "died", "timing", "the text"};
    s.add(timed(5));
    s.add(lost);
    s.add(timed(5));
    s.add(lost);
    EXPECT_FALSE(s.given_up(pipe_cell));
    s.add(lost);
    EXPECT_TRUE(s.given_up(pipe_cell));
    EXPECT_EQ(s.result(true, "").cells.at(0).failures.size(), 3u);
}

TEST_F(result_builder_test, tools_get_the_repetitions_that_count_and_the_file_keeps_all) {
    result_builder s = fresh();
    std::uint64_t sequence = 0;
    for (const char* word : {"quiet", "disturbed", "usable", "quiet"}) {
        repetition_record record = judged(timed(5), word);
        record.timed->sequence = ++sequence;
        record.times = {100.0 * static_cast<double>(sequence), 7};
        s.add(std::move(record));
    }
    const run_result result = s.result(true, "");
    const tree document = to_tree(result);
    std::vector<double> times;
    for (const auto& entry : document.at("benchmarks").elements())
        if (entry.at("run_type") == tree("iteration"))
            times.push_back(entry.at("real_time").as_double());
    EXPECT_EQ(times, (std::vector<double>{400, 100, 300})) << "slowest first, the median last";
    ASSERT_EQ(document.at("set_aside").size(), 1u);
    EXPECT_EQ(document.at("set_aside").elements().at(0).at("real_time").as_double(), 200);
    const tree& median = document.at("benchmarks").elements().at(4);
    EXPECT_EQ(median.at("name"), tree(pipe_cell + "_median"));
    EXPECT_EQ(median.at("real_time").as_double(), 300);
    EXPECT_EQ(median.at("iterations").as_uint(), 3u);
    const run_result again = run_result_from_tree(document);
    ASSERT_EQ(again.repetitions.size(), 4u);
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(again.repetitions[i].timed->sequence, i + 1) << "in the order they ran";
        EXPECT_EQ(again.repetitions[i].times.cpu_ns, 7);
    }
    EXPECT_EQ(json_text(to_tree(again)), json_text(document));
}

TEST_F(result_builder_test, a_journal_brings_back_the_times_that_tools_take) {
    result_builder s = fresh();
    result_builder restored(s.first_line());
    repetition_record record = timed(5);
    record.times = {120, 80};
    restored.restore(s.add(std::move(record)));
    EXPECT_EQ(file_of(restored), file_of(s));
    EXPECT_EQ(restored.result(true, "").repetitions.at(0).times.real_ns, 120);
}

TEST_F(result_builder_test, the_interval_is_that_of_fewer_repetitions_where_they_correlate) {
    result_builder s = fresh();
    result_builder mixed = fresh();
    for (int i = 0; i < 20; ++i) {
        const int drifts = i / 4;
        const int alternates = 7 * i % 20 / 4;
        s.add(timed(100 + drifts));
        mixed.add(timed(100 + alternates));
    }
    const auto figures = *s.result(true, "").cells.at(0).find("p50_ns");
    const auto plain = *mixed.result(true, "").cells.at(0).find("p50_ns");
    EXPECT_EQ(figures.median, plain.median);
    EXPECT_LT(*figures.n_eff, 10);
    EXPECT_NE(figures.method.find("correlate"), std::string::npos) << figures.method;
    EXPECT_FALSE(plain.n_eff);
    EXPECT_GT(*figures.high - *figures.low, *plain.high - *plain.low);
    EXPECT_GT(s.progress(pipe_cell).half_width, mixed.progress(pipe_cell).half_width);
}

/// A repetition of so many messages at its p50, and a tenth of them at its p90.
repetition_record spread_out(repetition_record record, double p90, bool tells_p90,
                             std::uint64_t messages) {
    const double p50 = *record.metrics.at("p50_ns");
    record.metrics["p90_ns"] = tells_p90 ? std::optional(p90) : std::nullopt;
    record.latency_buckets = {
        {histogram::index_of(static_cast<std::uint64_t>(p50)), messages - messages / 5},
        {histogram::index_of(static_cast<std::uint64_t>(p90)), messages / 5}};
    return record;
}

TEST_F(result_builder_test, a_percentile_that_some_repetitions_lack_is_pooled_and_says_so) {
    result_builder s = fresh();
    for (int i = 0; i < 6; ++i)
        s.add(spread_out(timed(i < 2 ? 100 : 1'000), i < 2 ? 150 : 2'000, i < 2, 90));
    const cell_result cell = s.result(true, "").cells.at(0);
    EXPECT_EQ(cell.median("p50_ns"), 1'000.0);
    EXPECT_FALSE(cell.find("p50_ns")->pooled);
    const metric_summary& p90 = *cell.find("p90_ns");
    EXPECT_TRUE(p90.pooled.value_or(false));
    EXPECT_NEAR(*p90.median, 2'000, 8);
    EXPECT_EQ(p90.n, 6u);
    EXPECT_FALSE(p90.low);
    EXPECT_NE(p90.method.find("pooled"), std::string::npos);
    s.add(spread_out(timed(100), 150, true, 90'000));
    EXPECT_FALSE(s.result(true, "").cells.at(0).find("p90_ns"))
        << "one repetition has nearly all messages: their p90 lies below the p50 of most";
    result_builder whole = fresh();
    for (int i = 0; i < 6; ++i)
        whole.add(spread_out(timed(100), 150 + i, true, 1'000));
    const metric_summary full = *whole.result(true, "").cells.at(0).find("p90_ns");
    EXPECT_FALSE(full.pooled);
    EXPECT_EQ(full.median, 152.5);
    EXPECT_EQ(full.low, 150.0);
}

TEST_F(result_builder_test, pooled_messages_count_by_how_independent_they_are) {
    result_builder s = fresh();
    for (int i = 0; i < 6; ++i) {
        repetition_record record = spread_out(timed(1'000), 2'000, false, 850);
        record.timed->effective_messages = {{"p90_ns", 12}};
        s.add(from_tree<repetition_record>(to_tree(record)));
    }
    const cell_result cell = s.result(true, "").cells.at(0);
    EXPECT_FALSE(cell.find("p90_ns")) << "72 of them tell no p90";
    EXPECT_EQ(cell.histogram->effective_messages->at("p90_ns"), 72);
    EXPECT_EQ(pooled_percentiles(cell).size(), 2u) << "p50, and p99 of which nothing is known";
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
    EXPECT_FALSE(s.given_up(pipe_cell)) << "the first loss is survived";
    s.add(broken);
    EXPECT_TRUE(s.given_up(pipe_cell));
    EXPECT_EQ(s.failed_cells(), 1u);
    const cell_result cell = s.result(true, "").cells.at(0);
    EXPECT_EQ(cell.ended, status::timed_out);
    EXPECT_EQ(cell.repetitions_ok, 1u);
    EXPECT_EQ(cell.failures.size(), 2u);
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
    EXPECT_TRUE(cell.flags.empty()) << "there is no other cell that was disturbed less";
    EXPECT_EQ(result.noise->verdict, "unusable");
    EXPECT_NE(result.noise->text.find("the figures of 1 cell include them"), std::string::npos);
}

TEST_F(result_builder_test, a_budget_looks_at_the_same_repetitions_at_every_checkpoint) {
    result_builder s = fresh();
    for (int i = 0; i < 6; ++i)
        s.add(judged(timed(100 + i), "quiet"));
    for (int i = 0; i < 5; ++i)
        s.add(judged(timed(200 + 20 * i), "disturbed"));
    const auto narrow = s.progress(pipe_cell);
    EXPECT_LT(*narrow.half_width, 0.05) << "of the accepted ones";
    for (int i = 0; i < 3; ++i)
        s.add(judged(timed(300 + i), "disturbed"));
    EXPECT_EQ(s.result(true, "").cells.at(0).find("p50_ns")->n, 14u) << "most are disturbed now";
    EXPECT_EQ(s.progress(pipe_cell).half_width, narrow.half_width);
    EXPECT_EQ(s.progress(pipe_cell).repetitions, 14u);
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
