#include "harness/analysis/floor_ratios.hpp"

#include <gtest/gtest.h>

namespace ipcmark {
namespace {

using nlohmann::ordered_json;

ordered_json figures(double median, double low, double high) {
    return {{"n", 20},      {"median", median},  {"low", low},    {"high", high},
            {"min", low},   {"max", high},       {"level", 0.95}, {"method", ""},
            {"unit", "ns"}, {"better", "lower"}, {"source", ""}};
}

ordered_json cell(const char* transport, const char* pattern, std::size_t bytes, const char* metric,
                  const ordered_json& summary) {
    return {{"name", "x"},        {"transport", transport},
            {"pattern", pattern}, {"payload_bytes", bytes},
            {"placement", "l3"},  {"summary", {{metric, summary}}},
            {"floor", nullptr},   {"flags", ordered_json::array()}};
}

ordered_json document(std::vector<ordered_json> cells) {
    floor_log log;
    for (const double ns : {100.0, 110.0, 90.0})
        log.add({"line_round_trip", "ns", "", placement::l3, {}, {}}, 0, ns);
    log.add({"line_round_trip", "ns", "", placement::smt, {}, {}}, 0, 40);
    log.add({"futex_wake", "ns", "", placement::l3, {}, {}}, 0, 2000);
    log.add({"same_cpu_switch", "ns", "", placement::same_cpu, {}, {}}, 0, 800);
    log.add({"memcpy", "bytes_per_second", "", {}, 65'536, {}}, 0, 20e9);
    return {{"floors", floors_block(log)},
            {"mechanisms",
             {{{"name", "ring"}, {"role", "mechanism"}, {"wait", "spins"}},
              {{"name", "pipe"}, {"role", "mechanism"}, {"wait", "blocks"}},
              {{"name", "null"}, {"role", "instrument"}, {"wait", "spins"}}}},
            {"cells", std::move(cells)}};
}

ordered_json with_ratio(const ordered_json& one) {
    ordered_json d = document({one});
    add_floor_ratios(d);
    return d.at("cells").at(0);
}

TEST(floor_log, a_polling_round_trip_is_held_against_the_line_of_its_placement) {
    const auto c = with_ratio(cell("ring", "round_trip", 64, "p50_ns", figures(150, 120, 200)));
    EXPECT_EQ(c.at("floor").at("name"), "line_round_trip");
    EXPECT_DOUBLE_EQ(c.at("summary").at("ratio_to_floor").at("median").get<double>(), 1.5);
    EXPECT_DOUBLE_EQ(c.at("summary").at("ratio_to_floor").at("high").get<double>(), 2.0);
    EXPECT_TRUE(c.at("flags").empty());
}

TEST(floor_log, a_sleeping_round_trip_is_held_against_two_wake_ups) {
    const auto c = with_ratio(cell("pipe", "round_trip", 64, "p50_ns", figures(6000, 5000, 7000)));
    EXPECT_EQ(c.at("floor").at("value"), 4000.0);
    EXPECT_DOUBLE_EQ(c.at("summary").at("ratio_to_floor").at("median").get<double>(), 1.5);
}

TEST(floor_log, on_one_cpu_a_sleeping_round_trip_is_held_against_two_switches) {
    auto there = cell("pipe", "round_trip", 64, "p50_ns", figures(2000, 1800, 2400));
    there["placement"] = "same_cpu";
    const auto c = with_ratio(there);
    EXPECT_EQ(c.at("floor").at("name"), "same_cpu_switch");
    EXPECT_EQ(c.at("floor").at("value"), 1600.0);
    EXPECT_DOUBLE_EQ(c.at("summary").at("ratio_to_floor").at("median").get<double>(), 1.25);
}

TEST(floor_log, the_self_check_names_the_cells_that_beat_their_floor) {
    auto fair = cell("ring", "round_trip", 64, "p50_ns", figures(150, 120, 200));
    auto unfair = cell("ring", "round_trip", 64, "p50_ns", figures(75, 70, 85));
    unfair["name"] = "round_trip/ring/64/l3";
    ordered_json d = document({fair, unfair});
    add_floor_ratios(d);
    EXPECT_EQ(beaten_floors(d), "round_trip/ring/64/l3 (line_round_trip)");
    d["cells"] = ordered_json::array({fair});
    EXPECT_EQ(beaten_floors(d), "");
}

TEST(floor_log, a_stream_is_held_against_memcpy_of_its_size_by_cost) {
    const auto c =
        with_ratio(cell("pipe", "one_way", 65'536, "bytes_per_second", figures(5e9, 4e9, 10e9)));
    EXPECT_DOUBLE_EQ(c.at("summary").at("ratio_to_floor").at("median").get<double>(), 4.0);
    EXPECT_DOUBLE_EQ(c.at("summary").at("ratio_to_floor").at("low").get<double>(), 2.0);
    EXPECT_DOUBLE_EQ(c.at("summary").at("ratio_to_floor").at("high").get<double>(), 5.0);
}

TEST(floor_log, small_streams_and_the_instrument_have_no_floor) {
    EXPECT_TRUE(with_ratio(cell("pipe", "one_way", 64, "bytes_per_second", figures(1, 1, 1)))
                    .at("floor")
                    .is_null());
    EXPECT_TRUE(with_ratio(cell("null", "round_trip", 64, "p50_ns", figures(9, 9, 9)))
                    .at("floor")
                    .is_null());
}

TEST(floor_log, only_a_whole_interval_beyond_the_best_floor_beats_it) {
    // The floor's samples were 90 to 110.
    const auto flags = [](double low, double high) {
        return with_ratio(
                   cell("ring", "round_trip", 64, "p50_ns", figures((low + high) / 2, low, high)))
            .at("flags");
    };
    EXPECT_TRUE(flags(80, 95).empty());
    EXPECT_EQ(flags(70, 85), ordered_json::array({"beats_floor"}));
    const auto stream =
        with_ratio(cell("pipe", "one_way", 65'536, "bytes_per_second", figures(30e9, 25e9, 40e9)));
    EXPECT_EQ(stream.at("flags"), ordered_json::array({"beats_floor"}));
}

TEST(floor_log, drift_is_the_last_sample_over_the_first) {
    const auto block = document({}).at("floors");
    EXPECT_DOUBLE_EQ(block.at(0).at("drift").get<double>(), 0.9);
    EXPECT_EQ(block.at(0).at("samples").size(), 3u);
    EXPECT_EQ(block.at(1).at("placement"), "smt");
}

}  // namespace
}  // namespace ipcmark
