#include "harness/base/clock_calibration.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <exception>
#include <future>
#include <limits>
#include <thread>
#include <vector>

#include "harness/base/clock_offset.hpp"
#include "harness/base/posix/affinity.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/base/posix/thread.hpp"

namespace ipcmark {

namespace {

constexpr auto calibration_span = std::chrono::milliseconds(200);

std::string cpu_flags() {
    const auto text = read_text("/proc/cpuinfo", std::size_t{16} << 10).value_or("");
    const auto at = text.find("\nflags");
    if (at == std::string::npos) return {};
    return text.substr(at, text.find('\n', at + 1) - at) + ' ';
}

std::string why_not_tsc() {
#if defined(__x86_64__)
    const std::string flags = cpu_flags();
    for (const char* flag : {" constant_tsc ", " nonstop_tsc ", " rdtscp "})
        if (flags.find(flag) == std::string::npos)
            return "the CPU does not report" + std::string(flag) + "in /proc/cpuinfo";
    const auto source =
        read_text("/sys/devices/system/clocksource/clocksource0/current_clocksource")
            .value_or("unknown");
    if (source != "tsc") return "the kernel's clocksource is " + source + ", not tsc";
    return {};
#else
    return "no invariant TSC on this instruction set";
#endif
}

struct anchor {
    std::uint64_t ticks = 0;
    std::uint64_t raw_ns = 0;
};

/// The tightest of several (raw, tsc, raw) sandwiches.
anchor take_anchor(const shared_clock& tsc) {
    anchor best;
    std::uint64_t narrowest = std::numeric_limits<std::uint64_t>::max();
    for (int attempt = 0; attempt < 9; ++attempt) {
        const std::uint64_t before = shared_clock::raw_ns();
        const std::uint64_t ticks = tsc.now();
        const std::uint64_t after = shared_clock::raw_ns();
        if (after - before >= narrowest) continue;
        narrowest = after - before;
        best = {ticks, before + (after - before) / 2};
    }
    return best;
}

double measure_ns_per_tick(const shared_clock& tsc) {
    const anchor start = take_anchor(tsc);
    std::this_thread::sleep_for(calibration_span);
    const anchor end = take_anchor(tsc);
    return static_cast<double>(end.raw_ns - start.raw_ns) /
           static_cast<double>(end.ticks - start.ticks);
}

double measure_stamp_cost_ns(const shared_clock& clock) {
    constexpr int blocks = 21;
    constexpr int stamps = 2'000;
    std::array<double, blocks> cost_ns{};
    for (double& cost : cost_ns) {
        const std::uint64_t start = clock.now();
        std::uint64_t last = start;
        for (int i = 0; i < stamps; ++i)
            last = clock.now();
        cost = static_cast<double>(clock.to_ns(start, last)) / stamps;
    }
    std::nth_element(cost_ns.begin(), cost_ns.begin() + blocks / 2, cost_ns.end());
    return cost_ns[blocks / 2];
}

/// This thread and another on the two CPUs. They are enough at the start: the offset belongs to the
/// CPUs. Throws call_failed.
clock_offset_bound measure_offset(const shared_clock& tsc, int first_cpu, int second_cpu) {
    constexpr std::uint64_t exchanges = 20'000;
    const pinned_for_now here(first_cpu);
    clock_offset_line line{};
    std::promise<void> pinned;
    std::thread remote = start_thread([&] {
        try {
            pin_to(second_cpu);
        } catch (...) {
            return pinned.set_exception(std::current_exception());
        }
        pinned.set_value();
        follow_offset(line, tsc);
    });
    try {
        pinned.get_future().get();
    } catch (...) {
        remote.join();
        throw;
    }
    const clock_offset_bound bound = lead_offset(line, tsc, exchanges);
    remote.join();
    return bound;
}

std::int64_t now_ns(clockid_t which) {
    timespec now{};
    ::clock_gettime(which, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

clock_parameters fall_back(std::string reason) {
    clock_parameters parameters;
    parameters.reason = std::move(reason);
    parameters.stamp_cost_ns = measure_stamp_cost_ns(shared_clock(parameters));
    return parameters;
}

}  // namespace

clock_parameters calibrate_clock(int first_cpu, int second_cpu) {
    if (std::string reason = why_not_tsc(); !reason.empty()) return fall_back(std::move(reason));
    clock_parameters parameters;
    parameters.use_tsc = true;
    const double ns_per_tick = measure_ns_per_tick(shared_clock(parameters));
    parameters.ns_per_tick_q32 =
        static_cast<std::uint64_t>(std::llround(std::ldexp(ns_per_tick, 32)));
    const shared_clock tsc(parameters);
    if (first_cpu != second_cpu) {
        const clock_offset_bound bound = measure_offset(tsc, first_cpu, second_cpu);
        if (!bound.consistent())
            return fall_back("the TSCs of CPU " + std::to_string(first_cpu) + " and CPU " +
                             std::to_string(second_cpu) + " disagree");
        parameters.cross_cpu_checked = true;
        parameters.cross_cpu_offset_low_ns =
            -static_cast<double>(bound.least_back_ticks) * ns_per_tick;
        parameters.cross_cpu_offset_high_ns =
            static_cast<double>(bound.least_out_ticks) * ns_per_tick;
    }
    parameters.stamp_cost_ns = measure_stamp_cost_ns(tsc);
    parameters.reason = "invariant TSC, the kernel's own clocksource, consistent across CPUs";
    return parameters;
}

double clock_drift_ppm(const clock_parameters& parameters) {
    if (!parameters.use_tsc) return 0;
    const double then = std::ldexp(static_cast<double>(parameters.ns_per_tick_q32), -32);
    return (measure_ns_per_tick(shared_clock(parameters)) / then - 1) * 1e6;
}

std::int64_t suspended_so_far_ns() {
    constexpr int attempts = 9;
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (int i = 0; i < attempts; ++i) {
        const std::int64_t awake = now_ns(CLOCK_MONOTONIC);
        least = std::min(least, now_ns(CLOCK_BOOTTIME) - awake);
    }
    return least;
}

}  // namespace ipcmark
