#include "harness/analysis/floor_ratios.hpp"

#include <gtest/gtest.h>

namespace ipcmark {
namespace {

metric_summary figures(double median, double low, double high) {
    return {20, median, low, high, low, high, 0.95, "", "ns", "lower", ""};
}

cell_result cell(const char* mechanism, pattern kind, std::size_t bytes, const char* metric,
                 const metric_summary& summary) {
    cell_result made;
    made.name = "x";
    made.mechanism = mechanism;
    made.kind = kind;
    made.payload_bytes = bytes;
    made.place = placement::l3;
    made.summary = {{metric, summary}};
    return made;
}

mechanism_info mechanism(const char* name, const char* role, wait_style wait) {
    mechanism_info made;
    made.name = name;
    made.role = role;
    made.wait = wait;
    return made;
}

run_result result_of(std::vector<cell_result> cells) {
    floor_log log;
    for (const double ns : {100.0, 110.0, 90.0})
        log.add({"line_round_trip", "ns", "", placement::l3, {}, {}}, 0, ns);
    log.add({"line_round_trip", "ns", "", placement::smt, {}, {}}, 0, 40);
    log.add({"futex_wake", "ns", "", placement::l3, {}, {}}, 0, 2000);
    log.add({"futex_wake", "ns", "", placement::same_cpu, {}, {}}, 0, 800);
    log.add({"memcpy", "bytes_per_second", "", {}, 65'536, {}}, 0, 20e9);
    run_result made;
    made.floors = floors_of(log);
    made.header.mechanisms = {mechanism("ring", "mechanism", wait_style::spins),
                              mechanism("pipe", "mechanism", wait_style::blocks),
                              mechanism("null", "instrument", wait_style::spins)};
    made.cells = std::move(cells);
    return made;
}

cell_result with_ratio(const cell_result& one) {
    run_result made = result_of({one});
    add_floor_ratios(made);
    return made.cells.front();
}

using flag_list = std::vector<std::string>;

TEST(floor_log, a_polling_round_trip_is_held_against_the_line_of_its_placement) {
    const auto c =
        with_ratio(cell("ring", pattern::round_trip, 64, "p50_ns", figures(150, 120, 200)));
    EXPECT_EQ(c.floor->name, "line_round_trip");
    EXPECT_DOUBLE_EQ(*c.find("ratio_to_floor")->median, 1.5);
    EXPECT_DOUBLE_EQ(*c.find("ratio_to_floor")->high, 2.0);
    EXPECT_TRUE(c.flags.empty());
}

TEST(floor_log, a_sleeping_round_trip_is_held_against_two_wake_ups) {
    const auto c =
        with_ratio(cell("pipe", pattern::round_trip, 64, "p50_ns", figures(6000, 5000, 7000)));
    EXPECT_EQ(c.floor->value, 4000.0);
    EXPECT_DOUBLE_EQ(*c.find("ratio_to_floor")->median, 1.5);
}

TEST(floor_log, on_one_cpu_a_sleeping_round_trip_is_held_against_two_switches) {
    auto there = cell("pipe", pattern::round_trip, 64, "p50_ns", figures(2000, 1800, 2400));
    there.place = placement::same_cpu;
    const auto c = with_ratio(there);
    EXPECT_EQ(c.floor->name, "futex_wake");
    EXPECT_EQ(c.floor->value, 1600.0);
    EXPECT_DOUBLE_EQ(*c.find("ratio_to_floor")->median, 1.25);
}

TEST(floor_log, of_the_ways_to_wake_that_of_the_least_median_is_the_floor) {
    floor_log log;
    // Each is the least of a moment; the medians are 3000, 2500 and 2600.
    const double samples[][3] = {{1000, 2500, 2600}, {3000, 2400, 2300}, {3100, 2600, 2700}};
    for (const auto& [futex, eventfd, pipe] : samples) {
        log.add({"futex_wake", "ns", "", placement::l3, {}, {}}, 0, futex);
        log.add({"eventfd_wake", "ns", "", placement::l3, {}, {}}, 0, eventfd);
        log.add({"pipe_wake", "ns", "", placement::l3, {}, {}}, 0, pipe);
        log.add({"pipe_wake", "ns", "", placement::same_cpu, {}, {}}, 0, 10);
    }
    run_result made =
        result_of({cell("pipe", pattern::round_trip, 64, "p50_ns", figures(6000, 5000, 7000))});
    made.floors = floors_of(log);
    add_floor_ratios(made);
    EXPECT_EQ(made.cells.front().floor->name, "eventfd_wake");
    EXPECT_EQ(made.cells.front().floor->value, 5000.0);
}

TEST(floor_log, the_self_check_names_the_cells_that_beat_their_floor) {
    auto fair = cell("ring", pattern::round_trip, 64, "p50_ns", figures(150, 120, 200));
    auto unfair = cell("ring", pattern::round_trip, 64, "p50_ns", figures(75, 70, 85));
    unfair.name = "round_trip/ring/64/l3";
    run_result d = result_of({fair, unfair});
    add_floor_ratios(d);
    EXPECT_EQ(beaten_floors(d), "round_trip/ring/64/l3 (line_round_trip)");
    d.cells = {fair};
    EXPECT_EQ(beaten_floors(d), "");
}

TEST(floor_log, a_stream_is_held_against_memcpy_of_its_size_by_cost) {
    const auto c = with_ratio(
        cell("pipe", pattern::one_way, 65'536, "bytes_per_second", figures(5e9, 4e9, 10e9)));
    EXPECT_DOUBLE_EQ(*c.find("ratio_to_floor")->median, 4.0);
    EXPECT_DOUBLE_EQ(*c.find("ratio_to_floor")->low, 2.0);
    EXPECT_DOUBLE_EQ(*c.find("ratio_to_floor")->high, 5.0);
}

TEST(floor_log, small_streams_and_the_instrument_have_no_floor) {
    EXPECT_FALSE(
        with_ratio(cell("pipe", pattern::one_way, 64, "bytes_per_second", figures(1, 1, 1)))
            .floor.has_value());
    EXPECT_FALSE(with_ratio(cell("null", pattern::round_trip, 64, "p50_ns", figures(9, 9, 9)))
                     .floor.has_value());
}

TEST(floor_log, only_a_whole_interval_beyond_the_best_floor_beats_it) {
    // The floor's samples were 90 to 110.
    const auto flags = [](double low, double high) {
        return with_ratio(cell("ring", pattern::round_trip, 64, "p50_ns",
                               figures((low + high) / 2, low, high)))
            .flags;
    };
    EXPECT_TRUE(flags(80, 95).empty());
    EXPECT_EQ(flags(70, 85), flag_list{"beats_floor"});
    const auto stream = with_ratio(
        cell("pipe", pattern::one_way, 65'536, "bytes_per_second", figures(30e9, 25e9, 40e9)));
    EXPECT_EQ(stream.flags, flag_list{"beats_floor"});
}

TEST(floor_log, drift_is_the_last_sample_over_the_first) {
    const auto block = result_of({}).floors;
    EXPECT_DOUBLE_EQ(*block.at(0).drift, 0.9);
    EXPECT_EQ(block.at(0).samples.size(), 3u);
    EXPECT_EQ(block.at(1).place, placement::smt);
}

}  // namespace
}  // namespace ipcmark
