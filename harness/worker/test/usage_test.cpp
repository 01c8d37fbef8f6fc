#include "harness/worker/counters/usage.hpp"

#include <cstring>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <time.h>

#include "harness/base/clock.hpp"
#include "harness/base/clock_calibration.hpp"
#include "harness/result/idle_share.hpp"

namespace ipcmark {
namespace {

void sleep_briefly(int times) {
    const timespec pause{.tv_sec = 0, .tv_nsec = 100'000};
    for (int i = 0; i < times; ++i)
        ::nanosleep(&pause, nullptr);
}

TEST(usage, sleeping_makes_voluntary_switches_and_touching_memory_faults) {
    const usage_reader reader;
    const usage before = reader.read();
    sleep_briefly(20);
    constexpr std::size_t bytes = 64 * 4096;
    void* memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ::madvise(memory, bytes, MADV_NOHUGEPAGE);
    for (std::size_t at = 0; at < bytes; at += 4096)
        static_cast<volatile char*>(memory)[at] = 1;
    ::munmap(memory, bytes);
    const usage spent = reader.read() - before;
    EXPECT_GE(spent.voluntary_switches, 20);
    EXPECT_GE(spent.minor_faults, 64);
    EXPECT_EQ(spent.switches(), spent.voluntary_switches + spent.involuntary_switches);
    EXPECT_GE(spent.cpu_ns(), 0);
}

TEST(usage, the_peak_is_that_of_this_program) {
    const auto before = peak_resident_bytes();
    ASSERT_TRUE(before);
    EXPECT_GT(*before, 100'000);
}

TEST(usage, shared_memory_is_told_apart) {
    const auto before = read_resident_memory();
    ASSERT_TRUE(before);
    const std::size_t bytes = 1 << 20;
    void* memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    std::memset(memory, 1, bytes);
    const auto with = read_resident_memory();
    ::munmap(memory, bytes);
    ASSERT_TRUE(with);
    EXPECT_GE(with->shared_bytes - before->shared_bytes, 1 << 20);
    EXPECT_GE(with->all_bytes, with->shared_bytes);
}

TEST(idle_share, leaves_out_when_others_ran) {
    usage used;
    used.user_ns = 400;
    used.system_ns = 100;
    EXPECT_DOUBLE_EQ(idle_share(used, 1000), 0.5);
    used.run_delay_ns = 500;
    EXPECT_DOUBLE_EQ(idle_share(used, 1000), 1.0) << "a spinner on a busy machine is still one";
}

TEST(clock, ticks_and_nanoseconds_convert_both_ways) {
    clock_parameters parameters;
    parameters.ns_per_tick_q32 = static_cast<std::uint64_t>(0.385 * 4294967296.0);
    const shared_clock clock(parameters);
    for (const std::int64_t ns :
         {std::int64_t{1}, std::int64_t{1000}, std::int64_t{3'600'000'000'000}})
        EXPECT_NEAR(static_cast<double>(clock.to_ns(5, 5 + clock.to_ticks(ns))),
                    static_cast<double>(ns), 1.0 + static_cast<double>(ns) * 1e-9);
    EXPECT_EQ(clock.to_ns(10, 9), 0);
}

TEST(clock, calibration_agrees_with_the_kernels_clock) {
    const clock_parameters parameters = calibrate_clock(0, 0);
    const shared_clock clock(parameters);
    EXPECT_FALSE(parameters.reason.empty());
    EXPECT_GT(parameters.stamp_cost_ns, 0);
    const std::uint64_t raw_start = shared_clock::raw_ns();
    const std::uint64_t start = clock.now();
    sleep_briefly(300);
    const std::int64_t measured = clock.to_ns(start, clock.now());
    const auto raw = static_cast<std::int64_t>(shared_clock::raw_ns() - raw_start);
    EXPECT_LE(measured, raw);
    EXPECT_GE(static_cast<double>(measured), 0.5 * static_cast<double>(raw));
}

}  // namespace
}  // namespace ipcmark
