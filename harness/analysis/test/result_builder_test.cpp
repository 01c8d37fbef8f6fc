#include "harness/analysis/result_builder.hpp"

#include <cmath>
#include <gtest/gtest.h>

namespace ipcmark {
namespace {

using nlohmann::ordered_json;

class sitting_test : public testing::Test {
protected:
    sitting_test() {
        planned.resize(2);
        planned[0].what = {"pipe", pattern::round_trip, 64, placement::l3, touch::rw, 16};
        planned[1].what = {"udp", pattern::one_way, 65'536, placement::l3, touch::rw, 4};
        planned[1].skipped = failure{status::skipped, "limit", "", "too large"};
    }
    sitting fresh() { return sitting(ordered_json{{"run", ordered_json::object()}}, planned, 6); }

    spawn_record timed(double p50) {
        spawn_record record;
        record.cell_name = "round_trip/pipe/64/l3";
        record.metrics = {{"p50_ns", p50}, {"p99_ns", std::nullopt}};
        record.entry = {{"name", record.cell_name}, {"ipc", {{"elapsed_ns", 1'000'000'000}}}};
        record.latency_buckets = {{500, 10}, {501, 1}};
        return record;
    }

    std::vector<planned_cell> planned;
};

TEST_F(sitting_test, spawns_are_kept_and_summarised) {
    sitting s = fresh();
    for (const double p50 : {5.0, 1.0, 4.0, 2.0, 3.0, 6.0})
        s.add(timed(p50));
    const auto document = s.document(true, "");
    const auto& cell = document.at("cells").at(0);
    EXPECT_EQ(cell.at("status"), "ok");
    EXPECT_EQ(cell.at("spawns_ok"), 6);
    EXPECT_EQ(cell.at("summary").at("p50_ns").at("median"), 3.5);
    EXPECT_EQ(cell.at("summary").at("p50_ns").at("low"), 1.0);
    EXPECT_EQ(cell.at("summary").at("p50_ns").at("high"), 6.0);
    EXPECT_FALSE(cell.at("summary").contains("p99_ns"));
    EXPECT_EQ(cell.at("histogram").at("count"), 66);
    EXPECT_EQ(document.at("benchmarks").size(), 6u);
    EXPECT_EQ(document.at("benchmarks").at(5).at("repetition_index"), 5);
    EXPECT_EQ(document.at("run").at("measuring_s"), 6.0);
}

TEST_F(sitting_test, no_planned_cell_vanishes) {
    const auto cells = fresh().document(false, "interrupted").at("cells");
    ASSERT_EQ(cells.size(), 2u);
    EXPECT_EQ(cells.at(0).at("status"), "skipped");
    EXPECT_EQ(cells.at(0).at("reason").at("code"), "interrupted");
    EXPECT_EQ(cells.at(1).at("reason").at("text"), "too large");
}

TEST_F(sitting_test, a_failed_cell_keeps_what_it_had) {
    sitting s = fresh();
    s.add(timed(5));
    spawn_record broken;
    broken.cell_name = "round_trip/pipe/64/l3";
    broken.failed = failure{status::timed_out, "stall", "timing", "hung"};
    s.add(broken);
    EXPECT_TRUE(s.given_up("round_trip/pipe/64/l3"));
    EXPECT_EQ(s.failed_cells(), 1u);
    const auto cell = s.document(true, "").at("cells").at(0);
    EXPECT_EQ(cell.at("status"), "timed_out");
    EXPECT_EQ(cell.at("spawns_ok"), 1);
    EXPECT_EQ(cell.at("failures").size(), 1u);
}

TEST_F(sitting_test, a_journal_rebuilds_the_same_document) {
    sitting s = fresh();
    std::vector<std::string> lines{s.first_line().dump()};
    const auto append = [&](const spawn_record& record) {
        lines.push_back(to_json(record).dump());
        s.add(record);
    };
    append(timed(5));
    append(timed(7));
    spawn_record broken;
    broken.cell_name = "round_trip/pipe/64/l3";
    broken.purpose = spawn_purpose::counting;
    broken.failed = failure{status::failed, "died", "timing", "killed by SIGKILL"};
    append(broken);
    sitting restored(ordered_json::parse(lines[0]));
    for (std::size_t i = 1; i < lines.size(); ++i)
        restored.add(spawn_record_from_json(ordered_json::parse(lines[i])));
    EXPECT_EQ(restored.document(false, "x").dump(), s.document(false, "x").dump());
}

/// A try of the cell's spawn that was judged, and its p50.
spawn_record judged(spawn_record record, const char* quality, int which = 0) {
    record.entry["ipc"]["quality"] = quality;
    record.entry["ipc"]["try"] = which;
    return record;
}

TEST_F(sitting_test, contaminated_spawns_are_kept_but_left_out_of_the_estimates) {
    sitting s = fresh();
    s.add(judged(timed(90), "contaminated"));
    s.add(judged(timed(2), "usable", 1));
    s.add(judged(timed(1), "quiet"));
    s.add(judged(timed(3), "quiet"));
    s.add(judged(timed(80), "contaminated"));
    const auto document = s.document(true, "");
    const auto& cell = document.at("cells").at(0);
    EXPECT_EQ(document.at("benchmarks").size(), 5u);
    EXPECT_EQ(cell.at("spawns_ok"), 4) << "one of them was run twice";
    EXPECT_EQ(cell.at("spawns_contaminated"), 2);
    EXPECT_EQ(cell.at("spawns_excluded"), 2);
    EXPECT_EQ(cell.at("summary").at("p50_ns").at("n"), 3);
    EXPECT_EQ(cell.at("summary").at("p50_ns").at("max"), 3);
    EXPECT_EQ(cell.at("histogram").at("count"), 33);
    EXPECT_TRUE(cell.at("flags").empty());
    EXPECT_EQ(document.at("noise").at("rerun"), 1);
    EXPECT_EQ(document.at("noise").at("verdict"), "noisy");
}

TEST_F(sitting_test, a_cell_with_too_few_clean_spawns_uses_all_and_says_so) {
    sitting s = fresh();
    s.add(judged(timed(1), "quiet"));
    for (const double p50 : {50.0, 60.0, 70.0})
        s.add(judged(timed(p50), "contaminated"));
    const auto document = s.document(true, "");
    const auto& cell = document.at("cells").at(0);
    EXPECT_EQ(cell.at("summary").at("p50_ns").at("n"), 4);
    EXPECT_EQ(cell.at("spawns_excluded"), 0);
    EXPECT_EQ(cell.at("spawns_contaminated"), 3);
    EXPECT_EQ(cell.at("flags"), ordered_json::array({"contaminated"}));
    EXPECT_EQ(document.at("noise").at("verdict"), "unusable");
    EXPECT_TRUE(document.at("noise").at("smallest_ratio").is_null());
}

TEST_F(sitting_test, half_of_the_spawns_are_enough) {
    sitting s = fresh();
    s.add(judged(timed(1), "quiet"));
    s.add(judged(timed(50), "contaminated"));
    EXPECT_EQ(s.document(true, "").at("cells").at(0).at("summary").at("p50_ns").at("n"), 1);
}

TEST_F(sitting_test, a_quiet_run_tells_the_smallest_difference_and_its_gate) {
    sitting s = fresh();
    for (const double p50 : {98.0, 99.0, 100.0, 100.0, 101.0, 102.0})
        s.add(judged(timed(p50), "quiet"));
    const auto noise = s.document(true, "").at("noise");
    EXPECT_EQ(noise.at("verdict"), "quiet");
    EXPECT_NEAR(noise.at("smallest_ratio").get<double>(), 1 + std::sqrt(2.0) * 0.02, 1e-9);
    EXPECT_NE(noise.at("text").get<std::string>().find("below 2.8 %"), std::string::npos);
    EXPECT_EQ(noise.at("gate").at("rows").at("foreign_cpu").at("usable"), 0.15);
}

TEST_F(sitting_test, without_a_judged_spawn_there_is_no_verdict) {
    sitting s = fresh();
    s.add(timed(5));
    EXPECT_TRUE(s.document(true, "").at("noise").is_null());
}

TEST_F(sitting_test, a_journal_brings_back_what_was_learnt_on_the_way) {
    sitting s = fresh();
    const std::string first = s.first_line().dump();
    const std::string line =
        s.amend({{"floors", ordered_json::array()}, {"mechanisms", ordered_json::array()}}).dump();
    sitting restored(ordered_json::parse(first));
    restored.restore(ordered_json::parse(line));
    restored.restore(to_json(timed(5)));
    s.add(timed(5));
    EXPECT_EQ(restored.document(false, "x").dump(), s.document(false, "x").dump());
    EXPECT_TRUE(restored.document(false, "x").at("floors").is_array());
    EXPECT_THROW(restored.restore(ordered_json::object()), std::exception);
}

TEST_F(sitting_test, counting_spawns_are_never_mixed_with_timed_ones) {
    sitting s = fresh();
    s.add(timed(5));
    for (const double calls : {4.0, 8.0, 5.0}) {
        spawn_record counted;
        counted.cell_name = "round_trip/pipe/64/l3";
        counted.purpose = spawn_purpose::counting;
        counted.metrics = {{"syscalls_per_message", calls}};
        counted.entry = {{"source", "x"},
                         {"syscalls_per_message", calls},
                         {"sources", {{"syscalls_per_message", "tracepoint"}}}};
        s.add(counted);
    }
    const auto cell = s.document(true, "").at("cells").at(0);
    EXPECT_EQ(cell.at("spawns_ok"), 1);
    EXPECT_EQ(cell.at("summary").at("p50_ns").at("n"), 1);
    EXPECT_EQ(cell.at("summary").at("syscalls_per_message").at("median"), 5.0);
    EXPECT_EQ(cell.at("summary").at("syscalls_per_message").at("source"), "tracepoint");
    EXPECT_EQ(cell.at("counting").at("spawns"), 3);
}

TEST_F(sitting_test, what_waiting_costs_is_shown_by_every_cell_of_the_mechanism_there) {
    planned.push_back(planned[0]);
    planned.back().what.payload_bytes = 4096;
    planned.push_back(planned[0]);
    planned.back().what.place = placement::same_cpu;
    planned.push_back(planned[0]);
    planned.back().what.payload_bytes = 1 << 20;
    planned.back().skipped = failure{status::skipped, "limit", "", "too large"};
    sitting s = fresh();
    spawn_record idle;
    idle.cell_name = "round_trip/pipe/64/l3";
    idle.purpose = spawn_purpose::idle;
    idle.metrics = {{"idle_cpu_share", 0.01}};
    s.add(spawn_record_from_json(to_json(idle)));
    const auto cells = s.document(true, "").at("cells");
    EXPECT_EQ(cells.at(0).at("summary").at("idle_cpu_share").at("median"), 0.01);
    EXPECT_TRUE(cells.at(2).at("summary").contains("idle_cpu_share"));
    EXPECT_FALSE(cells.at(1).at("summary").contains("idle_cpu_share"));
    EXPECT_FALSE(cells.at(3).at("summary").contains("idle_cpu_share"));
    EXPECT_TRUE(cells.at(4).at("summary").empty()) << "it never ran";
}

TEST_F(sitting_test, what_is_dumped_is_strict_json) {
    const std::string text =
        dump_document({{"broken", "\xff\x01"}, {"nan", std::numeric_limits<double>::quiet_NaN()}});
    EXPECT_NO_THROW(ordered_json::parse(text));
    EXPECT_EQ(text.find("NaN"), std::string::npos);
}

}  // namespace
}  // namespace ipcmark
