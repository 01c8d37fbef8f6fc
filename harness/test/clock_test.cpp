#include <gtest/gtest.h>
#include <thread>

#include "harness/measure/clock_check.hpp"
#include "harness/measure/clock_offset.hpp"
#include "harness/result/clock_flags.hpp"

namespace ipcmark {
namespace {

using nlohmann::ordered_json;

/// The kernel's clock, some way ahead or behind: as another CPU's would be.
struct shifted_clock {
    std::int64_t shift_ns = 0;
    std::uint64_t now() const noexcept {
        return shared_clock::raw_ns() + static_cast<std::uint64_t>(shift_ns);
    }
};

clock_offset_bound bound_of(std::int64_t shift_ns) {
    clock_offset_line line{};
    std::thread other([&] { follow_offset(line, shifted_clock{shift_ns}); });
    const clock_offset_bound bound = lead_offset(line, shifted_clock{}, 2'000);
    other.join();
    return bound;
}

TEST(clock_offset, of_one_clock_is_bounded_around_nothing) {
    const auto bound = bound_of(0);
    EXPECT_TRUE(bound.consistent());
    EXPECT_GE(bound.uncertainty_ticks(), 0);
}

TEST(clock_offset, of_shifted_clocks_lies_within_the_bound) {
    for (const std::int64_t shift_ns : {-1'000'000'000ll, -5'000'000ll, 700'000'000ll}) {
        const auto bound = bound_of(shift_ns);
        EXPECT_LE(-bound.least_back_ticks, shift_ns);
        EXPECT_GE(bound.least_out_ticks, shift_ns);
        EXPECT_FALSE(bound.consistent()) << shift_ns << ": a message seemed to travel back in time";
    }
}

TEST(clock_offset, an_exchange_says_no_more_than_its_three_stamps) {
    clock_offset_bound bound;
    bound.take(1000, 1300, 1500);
    bound.take(2000, 2250, 2600);
    EXPECT_EQ(bound.least_out_ticks, 250);
    EXPECT_EQ(bound.least_back_ticks, 200);
    EXPECT_EQ(bound.uncertainty_ticks(), 225);
    bound.take(3000, 2990, 3100);
    EXPECT_FALSE(bound.consistent());
}

TEST(clock_offset, a_one_way_time_counts_from_ten_times_the_uncertainty_on) {
    EXPECT_FALSE(one_way_is_meaningful(1000, 100));
    EXPECT_TRUE(one_way_is_meaningful(1001, 100));
    EXPECT_TRUE(one_way_is_meaningful(5000, 140)) << "a blocking mechanism";
    EXPECT_FALSE(one_way_is_meaningful(150, 90)) << "a spinning one";
}

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

TEST(clock_check, time_asleep_never_runs_backwards) {
    const std::int64_t before = suspended_so_far_ns();
    constexpr std::int64_t tolerated_ns = 1'000'000;
    EXPECT_GE(suspended_so_far_ns(), before - tolerated_ns);
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
