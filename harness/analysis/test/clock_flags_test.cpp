#include "harness/analysis/clock_flags.hpp"

#include <gtest/gtest.h>

#include "harness/analysis/clock_faults.hpp"

namespace ipcmark {
namespace {

using nlohmann::ordered_json;

TEST(clock_check, a_good_clock_has_no_fault) {
    EXPECT_TRUE(clock_faults({.stamp_cost_ns = 20, .drift_ppm = -3, .suspended_ns = 200}).empty());
}

TEST(clock_check, each_fault_is_told) {
    const auto only = [](const clock_findings& found, const char* text) {
        const auto faults = clock_faults(found);
        return faults.size() == 1 && faults.front().find(text) != std::string::npos;
    };
    EXPECT_TRUE(only({.stamp_cost_ns = 101}, "clock reading costs 101 ns"));
    EXPECT_TRUE(only({.drift_ppm = -51}, "-51 ppm"));
    EXPECT_TRUE(only({.suspended_ns = 2'000'000'000}, "suspended for 2.000 s"));
    EXPECT_TRUE(only({.offsets_consistent = false}, "before it was sent"));
}

ordered_json offset(double low_ns, double high_ns) {
    return {{"low_ns", low_ns},
            {"high_ns", high_ns},
            {"uncertainty_ns", (high_ns - low_ns) / 2},
            {"consistent", low_ns <= 0 && high_ns >= 0}};
}

ordered_json clock_with(std::vector<ordered_json> offsets) {
    return {{"stamp_cost_ns", 20.0}, {"drift_ppm", 1.0}, {"offsets", std::move(offsets)}};
}

TEST(clock_flags, the_largest_uncertainty_is_published) {
    ordered_json clock = clock_with({offset(-90, 100), offset(-200, 160)});
    conclude_clock(clock, 0);
    EXPECT_EQ(clock.at("uncertainty_ns"), 180.0);
    EXPECT_EQ(clock.at("degraded"), false);
    ordered_json alone = clock_with({});
    conclude_clock(alone, 0);
    EXPECT_TRUE(alone.at("uncertainty_ns").is_null());
}

TEST(clock_flags, an_offset_is_told_in_nanoseconds_with_its_sign) {
    const shared_clock clock{clock_parameters{}};
    const auto block = offset_block({-30, 80}, clock, 0, 1, "end");
    EXPECT_EQ(block.at("low_ns"), -80.0);
    EXPECT_EQ(block.at("high_ns"), -30.0);
    EXPECT_EQ(block.at("uncertainty_ns"), 25.0);
    EXPECT_EQ(block.at("consistent"), false);
}

ordered_json spawn_with(double p50_ns, double mean_ns, double block_ns) {
    ordered_json spawn{{"p50_ns", p50_ns},
                       {"mean_ns", mean_ns},
                       {"block_mean_ns", block_ns},
                       {"ipc", {{"cell", "a"}}}};
    if (block_ns <= 0) spawn["block_mean_ns"] = nullptr;
    return spawn;
}

ordered_json flags_of(std::vector<ordered_json> spawns, bool degraded = false) {
    const ordered_json cell{
        {"name", "a"}, {"summary", {{"p50_ns", 1}}}, {"flags", ordered_json::array()}};
    ordered_json document{{"clock", {{"stamp_cost_ns", 20.0}, {"degraded", degraded}}},
                          {"cells", ordered_json::array({cell})},
                          {"benchmarks", std::move(spawns)}};
    add_clock_flags(document);
    return document.at("cells").at(0).at("flags");
}

TEST(clock_flags, a_block_that_agrees_within_a_tenth_acquits_the_timer) {
    EXPECT_TRUE(flags_of({spawn_with(220, 222, 200)}).empty());
    EXPECT_TRUE(flags_of({spawn_with(236, 238, 200)}).empty()) << "8 % more than the block";
    EXPECT_TRUE(flags_of({spawn_with(220, 900, 200)}).empty()) << "one long interruption";
    EXPECT_TRUE(flags_of({spawn_with(5000, 6000, 0)}).empty()) << "no block was needed";
}

TEST(clock_flags, a_block_that_does_not_agree_shows_the_timer) {
    const auto expected = ordered_json::array({"timer_dominated"});
    EXPECT_EQ(flags_of({spawn_with(60, 62, 20)}), expected);
    EXPECT_EQ(flags_of({spawn_with(200, 205, 300)}), expected);
}

TEST(clock_flags, blocks_are_compared_with_the_timed_phase_of_the_same_spawn) {
    // A machine that is slower in half of the spawns, with the halves meeting in different places.
    EXPECT_TRUE(flags_of({spawn_with(120, 125, 100), spawn_with(520, 530, 500),
                          spawn_with(121, 900, 101), spawn_with(521, 990, 0)})
                    .empty());
}

TEST(clock_flags, cells_of_a_degraded_clock_are_marked) {
    EXPECT_EQ(flags_of({spawn_with(5000, 6000, 0)}, true), ordered_json::array({"clock_degraded"}));
    ordered_json document{
        {"clock", {{"degraded", true}}},
        {"cells", ordered_json::array({ordered_json{{"summary", ordered_json::object()},
                                                    {"flags", ordered_json::array()}}})}};
    add_clock_flags(document);
    EXPECT_TRUE(document.at("cells").at(0).at("flags").empty()) << "it was skipped";
}

}  // namespace
}  // namespace ipcmark
