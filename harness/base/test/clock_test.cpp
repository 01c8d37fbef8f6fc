#include <gtest/gtest.h>
#include <thread>

#include "harness/base/clock_calibration.hpp"
#include "harness/base/clock_offset.hpp"
#include "harness/base/posix/affinity.hpp"
#include "harness/base/posix/error.hpp"

namespace ipcmark {
namespace {

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

TEST(clock_check, time_asleep_never_runs_backwards) {
    const std::int64_t before = suspended_so_far_ns();
    constexpr std::int64_t tolerated_ns = 1'000'000;
    EXPECT_GE(suspended_so_far_ns(), before - tolerated_ns);
}

TEST(clock_calibration, a_cpu_that_is_none_is_told_and_waited_for_by_nobody) {
    const int first = allowed_cpus().front();
    for (const auto& [one, other] : {std::pair{first, 8000}, {8000, first}})
        try {
            EXPECT_FALSE(calibrate_clock(one, other).use_tsc)
                << "no TSC here, so nobody was pinned";
        } catch (const call_failed& e) {
            EXPECT_NE(std::string(e.what()).find("CPU 8000"), std::string::npos);
        }
    EXPECT_GE(allowed_cpus().size(), 1u);
}

}  // namespace
}  // namespace ipcmark
