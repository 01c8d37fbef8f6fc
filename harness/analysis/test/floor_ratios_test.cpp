#include "harness/analysis/floor_ratios.hpp"

#include <gtest/gtest.h>

namespace ipcmark {
namespace {

metric_summary figures(double median, double low, double high) {
    return {20, median, low, high, low, high, 0.95, "", "ns", "lower", ""};
}

cell_result floored_cell(const char* mechanism, pattern kind, std::size_t bytes, const char* metric,
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

mechanism_info mechanism(const char* name, const char* role, wait_style wait, unsigned copies = 0,
                         const char* family = "shared memory") {
    mechanism_info made;
    made.copies_per_message = copies;
    made.family = family;
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
    log.add({"xfer", "bytes_per_second", "", placement::l3, 4096, {}}, 0, 5e9);
    log.add({"xfer", "bytes_per_second", "", placement::l3, 65'536, {}}, 0, 10e9);
    log.add({"memcpy", "bytes_per_second", "", {}, 65'536, {}}, 0, 40e9);
    log.add({"memcpy_pair", "bytes_per_second", "", placement::l3, 65'536, {}}, 0, 20e9);
    run_result made;
    made.floors = floors_of(log);
    made.header.mechanisms = {mechanism("ring", "mechanism", wait_style::spins),
                              mechanism("ring_futex", "mechanism", wait_style::blocks),
                              mechanism("byte_ring", "mechanism", wait_style::spins, 2),
                              mechanism("pipe", "mechanism", wait_style::blocks, 2, "pipes"),
                              mechanism("pipe_busy", "mechanism", wait_style::spins, 2, "pipes"),
                              mechanism("reach", "mechanism", wait_style::blocks, 1, "direct"),
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
        with_ratio(floored_cell("ring", pattern::round_trip, 64, "p50_ns", figures(150, 120, 200)));
    EXPECT_EQ(c.floor->name, "line_round_trip");
    EXPECT_DOUBLE_EQ(*c.find("ratio_to_floor")->median, 1.5);
    EXPECT_DOUBLE_EQ(*c.find("ratio_to_floor")->high, 2.0);
    EXPECT_TRUE(c.flags.empty());
}

TEST(floor_log, a_sleeping_round_trip_is_held_against_two_wake_ups) {
    const auto c = with_ratio(
        floored_cell("pipe", pattern::round_trip, 64, "p50_ns", figures(6000, 5000, 7000)));
    EXPECT_EQ(c.floor->value, 4000.0);
    ASSERT_TRUE(c.floor->best);
    EXPECT_LE(*c.floor->best, 4000.0);
    EXPECT_DOUBLE_EQ(*c.find("ratio_to_floor")->median, 1.5);
}

TEST(floor_log, on_one_cpu_a_sleeping_round_trip_is_held_against_two_switches) {
    auto there = floored_cell("pipe", pattern::round_trip, 64, "p50_ns", figures(2000, 1800, 2400));
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
    run_result made = result_of(
        {floored_cell("pipe", pattern::round_trip, 64, "p50_ns", figures(6000, 5000, 7000))});
    made.floors = floors_of(log);
    add_floor_ratios(made);
    EXPECT_EQ(made.cells.front().floor->name, "eventfd_wake");
    EXPECT_EQ(made.cells.front().floor->value, 5000.0);
}

TEST(floor_log, the_self_check_names_the_cells_that_beat_their_floor) {
    auto fair = floored_cell("ring", pattern::round_trip, 64, "p50_ns", figures(150, 120, 200));
    auto unfair = floored_cell("ring", pattern::round_trip, 64, "p50_ns", figures(75, 70, 85));
    unfair.name = "round_trip/ring/64/l3";
    run_result d = result_of({fair, unfair});
    add_floor_ratios(d);
    EXPECT_EQ(beaten_floors(d), "round_trip/ring/64/l3 (line_round_trip)");
    d.cells = {fair};
    EXPECT_EQ(beaten_floors(d), "");
}

TEST(floor_log, a_large_message_in_shared_memory_adds_its_transfer_there_and_back) {
    const double moved = 2 * (65'536.0 - 64) / 10e9 * 1e9;
    for (const char* name : {"ring", "byte_ring"}) {
        const auto polls = with_ratio(floored_cell(name, pattern::round_trip, 65'536, "p50_ns",
                                                   figures(20'000, 19'000, 21'000)));
        EXPECT_EQ(polls.floor->name, "line_round_trip + xfer");
        EXPECT_DOUBLE_EQ(polls.floor->value, 100 + moved);
        EXPECT_NE(polls.floor->why.find("64 KiB"), std::string::npos);
    }
    const auto sleeps = with_ratio(floored_cell("ring_futex", pattern::round_trip, 65'536, "p50_ns",
                                                figures(30'000, 29'000, 31'000)));
    EXPECT_EQ(sleeps.floor->name, "futex_wake + xfer");
    EXPECT_DOUBLE_EQ(sleeps.floor->value, 4000 + moved);
}

TEST(floor_log, what_does_not_come_with_the_first_line_goes_by_the_rate_of_4_KiB_at_least) {
    const auto floor_of = [](std::size_t bytes) {
        return with_ratio(floored_cell("ring", pattern::round_trip, bytes, "p50_ns",
                                       figures(900, 800, 1000)))
            .floor->value;
    };
    EXPECT_DOUBLE_EQ(floor_of(64), 100);
    EXPECT_DOUBLE_EQ(floor_of(1024), 100 + 2 * (1024 - 64) / 5.0);
}

TEST(floor_log, a_large_message_through_the_kernel_adds_its_copies) {
    const auto twice = with_ratio(
        floored_cell("pipe", pattern::round_trip, 65'536, "p50_ns", figures(9e4, 8e4, 1e5)));
    EXPECT_EQ(twice.floor->name, "futex_wake + memcpy_pair");
    const auto once = with_ratio(
        floored_cell("reach", pattern::round_trip, 65'536, "p50_ns", figures(9e4, 8e4, 1e5)));
    EXPECT_EQ(once.floor->name, "futex_wake + memcpy");
    EXPECT_DOUBLE_EQ(once.floor->value, 4000 + 2 * (65'536.0 - 64) / 40);
}

TEST(floor_log, without_its_transfer_a_large_message_has_no_floor) {
    EXPECT_FALSE(
        with_ratio(floored_cell("ring", pattern::round_trip, 1 << 20, "p50_ns", figures(9, 9, 9)))
            .floor.has_value());
}

TEST(floor_log, what_is_not_touched_does_not_move) {
    for (const touch reads : {touch::desc, touch::line}) {
        auto there =
            floored_cell("ring", pattern::round_trip, 65'536, "p50_ns", figures(150, 120, 200));
        there.reads = reads;
        EXPECT_EQ(with_ratio(there).floor->name, "line_round_trip");
        there.kind = pattern::one_way;
        there.summary = {{"bytes_per_second", figures(1e12, 1e12, 1e12)}};
        EXPECT_FALSE(with_ratio(there).floor.has_value());
    }
}

TEST(floor_log, who_asks_the_kernel_again_and_again_is_not_held_against_a_line) {
    EXPECT_FALSE(with_ratio(floored_cell("pipe_busy", pattern::round_trip, 64, "p50_ns",
                                         figures(900, 800, 1000)))
                     .floor.has_value());
}

TEST(floor_log, a_stream_is_held_against_its_way_across_by_cost) {
    const auto stream = [](const char* name, placement place) {
        auto there = floored_cell(name, pattern::one_way, 65'536, "bytes_per_second",
                                  figures(5e9, 4e9, 10e9));
        there.place = place;
        return with_ratio(there);
    };
    const auto ring = stream("ring", placement::l3);
    EXPECT_EQ(ring.floor->name, "xfer");
    EXPECT_DOUBLE_EQ(*ring.find("ratio_to_floor")->median, 2.0);
    EXPECT_DOUBLE_EQ(*ring.find("ratio_to_floor")->low, 1.0);
    EXPECT_DOUBLE_EQ(*ring.find("ratio_to_floor")->high, 2.5);
    EXPECT_EQ(stream("pipe", placement::l3).floor->name, "memcpy_pair");
    EXPECT_EQ(stream("reach", placement::l3).floor->value, 40e9);
    EXPECT_EQ(stream("pipe", placement::same_cpu).floor->value, 20e9) << "two copies by one CPU";
    EXPECT_FALSE(stream("ring", placement::same_cpu).floor.has_value()) << "nothing moves";
}

TEST(floor_log, small_streams_and_the_instrument_have_no_floor) {
    EXPECT_FALSE(
        with_ratio(floored_cell("pipe", pattern::one_way, 64, "bytes_per_second", figures(1, 1, 1)))
            .floor.has_value());
    EXPECT_FALSE(
        with_ratio(floored_cell("null", pattern::round_trip, 64, "p50_ns", figures(9, 9, 9)))
            .floor.has_value());
}

TEST(floor_log, only_a_whole_interval_beyond_the_best_floor_beats_it) {
    // The floor's samples were 90 to 110.
    const auto flags = [](double low, double high) {
        return with_ratio(floored_cell("ring", pattern::round_trip, 64, "p50_ns",
                                       figures((low + high) / 2, low, high)))
            .flags;
    };
    EXPECT_TRUE(flags(80, 95).empty());
    EXPECT_EQ(flags(70, 85), flag_list{"beats_floor"});
    const auto stream = with_ratio(floored_cell("pipe", pattern::one_way, 65'536,
                                                "bytes_per_second", figures(30e9, 25e9, 40e9)));
    EXPECT_EQ(stream.flags, flag_list{"beats_floor"});
}

TEST(floor_log, disturbed_repetitions_have_to_beat_half_of_it) {
    const auto flags = [](std::size_t disturbed, std::size_t excluded, double high) {
        cell_result cell = floored_cell("ring", pattern::round_trip, 64, "p50_ns",
                                        figures(high - 5, high - 10, high));
        cell.repetitions_disturbed = disturbed;
        cell.repetitions_excluded = excluded;
        return with_ratio(cell).flags;
    };
    EXPECT_EQ(flags(3, 3, 85), flag_list{"beats_floor"}) << "they were left out";
    EXPECT_TRUE(flags(8, 0, 85).empty());
    EXPECT_EQ(flags(8, 0, 40), flag_list{"beats_floor"});
}

TEST(floor_log, a_wake_up_elsewhere_has_to_beat_half_of_it_since_not_every_cpu_is_idle) {
    const auto flags = [](placement place, double high) {
        cell_result cell = floored_cell("pipe", pattern::round_trip, 64, "p50_ns",
                                        figures(high - 50, high - 100, high));
        cell.place = place;
        return with_ratio(cell).flags;
    };
    EXPECT_TRUE(flags(placement::l3, 3'900).empty()) << "two wake-ups of 2,000 ns";
    EXPECT_EQ(flags(placement::l3, 1'900), flag_list{"beats_floor"});
    EXPECT_EQ(flags(placement::same_cpu, 1'500), flag_list{"beats_floor"}) << "two of 800 ns";
}

TEST(floor_log, a_better_ring_than_that_of_xfer_beats_no_floor_but_reads_the_bytes) {
    floor_log log;
    log.add({"line_round_trip", "ns", "", placement::l3, {}, {}}, 0, 100);
    log.add({"xfer", "bytes_per_second", "", placement::l3, 65'536, {}}, 0, 20e9);
    log.add({"stream_read", "bytes_per_second", "", {}, 65'536, {}}, 0, 50e9);
    const auto flags = [&](cell_result one) {
        run_result made = result_of({std::move(one)});
        made.floors = floors_of(log);
        add_floor_ratios(made);
        return made.cells.front().flags;
    };
    const auto stream = [&](double rate) {
        return flags(floored_cell("ring", pattern::one_way, 65'536, "bytes_per_second",
                                  figures(rate, rate, rate)));
    };
    EXPECT_TRUE(stream(25e9).empty());
    EXPECT_EQ(stream(51e9), flag_list{"beats_floor"});
    // 100 ns for the line and 2.6 us to read 128 KiB; 6.6 us by the rate of xfer.
    const auto round_trip = [&](double ns) {
        return flags(
            floored_cell("ring", pattern::round_trip, 65'536, "p50_ns", figures(ns, ns, ns)));
    };
    EXPECT_TRUE(round_trip(4'000).empty());
    EXPECT_EQ(round_trip(2'600), flag_list{"beats_floor"});
}

TEST(floor_log, reading_that_is_slower_than_copying_is_no_floor) {
    floor_log log;
    for (const double unit : {1.0, 1.1}) {
        log.add({"memcpy", "bytes_per_second", "", {}, 4096, {}}, 0, 9e9 * unit);
        log.add({"memcpy", "bytes_per_second", "", {}, 65'536, {}}, 0, 2e9 * unit);
        log.add({"stream_read", "bytes_per_second", "", {}, 4096, {}}, 0, 3e9 * unit);
        log.add({"stream_read", "bytes_per_second", "", {}, 65'536, {}}, 0, 3e9 * unit);
    }
    const auto floors = floors_of(log);
    EXPECT_FALSE(floors.at(2).summary.has_value());
    EXPECT_TRUE(floors.at(2).note.has_value());
    EXPECT_TRUE(floors.at(3).summary.has_value());
    EXPECT_FALSE(floors.at(3).note.has_value());
}

TEST(floor_log, drift_is_the_last_sample_over_the_first) {
    const auto block = result_of({}).floors;
    EXPECT_DOUBLE_EQ(*block.at(0).drift, 0.9);
    EXPECT_EQ(block.at(0).samples.size(), 3u);
    EXPECT_EQ(block.at(1).place, placement::smt);
}

}  // namespace
}  // namespace ipcmark
