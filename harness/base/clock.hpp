#pragma once

#include <cstdint>
#include <string>
#include <time.h>

namespace ipcmark {

__extension__ using wide = unsigned __int128;

/// How to read the clock that both processes share. Plain data: the parent calibrates once and
/// hands it to the workers, so that both convert with the same factor.
struct clock_parameters {
    bool use_tsc = false;
    std::uint64_t ns_per_tick_q32 = std::uint64_t{1} << 32;  // 32.32 fixed point
    double stamp_cost_ns = 0;
    double cross_cpu_offset_low_ns = 0;  // bounds of the offset between the CPUs in use
    double cross_cpu_offset_high_ns = 0;
    bool cross_cpu_checked = false;
    std::string reason;                          // why this source
    const std::uint64_t* injected_ns = nullptr;  // tests: time stands still but for this

    /// What a one-way time between the two CPUs can be wrong by; 0 where they were not compared.
    double uncertainty_ns() const noexcept {
        return (cross_cpu_offset_high_ns - cross_cpu_offset_low_ns) / 2;
    }
};

template <class Visitor>
void visit_fields(Visitor& visit, clock_parameters& c) {
    visit("use_tsc", c.use_tsc);
    visit("ns_per_tick_q32", c.ns_per_tick_q32);
    visit("stamp_cost_ns", c.stamp_cost_ns);
    visit("cross_cpu_offset_low_ns", c.cross_cpu_offset_low_ns);
    visit("cross_cpu_offset_high_ns", c.cross_cpu_offset_high_ns);
    visit("cross_cpu_checked", c.cross_cpu_checked);
    visit("reason", c.reason);
}

/// Reads the shared clock: invariant TSC (rdtscp: waits for earlier instructions), or
/// CLOCK_MONOTONIC_RAW. Values of different processes on one machine compare.
class shared_clock {
public:
    explicit shared_clock(const clock_parameters& parameters) noexcept
        : ns_per_tick_q32_(parameters.ns_per_tick_q32),
          use_tsc_(parameters.use_tsc),
          injected_ns_(parameters.injected_ns),
          uncertainty_ns_(parameters.uncertainty_ns()) {}

    double uncertainty_ns() const noexcept { return uncertainty_ns_; }

    [[gnu::always_inline]] std::uint64_t now() const noexcept {
#if defined(__x86_64__)
        if (use_tsc_) [[likely]] {
            unsigned cpu = 0;
            return __builtin_ia32_rdtscp(&cpu);  // <x86intrin.h> is 50,000 lines
        }
#endif
        return injected_ns_ == nullptr ? raw_ns() : *injected_ns_;
    }

    /// A span of ticks in ns; rounds down. Ticks that run backwards (a broken clock) give 0.
    [[gnu::always_inline]] std::int64_t to_ns(std::uint64_t from, std::uint64_t to) const noexcept {
        if (to <= from) [[unlikely]]
            return 0;
        return static_cast<std::int64_t>((static_cast<wide>(to - from) * ns_per_tick_q32_) >> 32);
    }

    std::uint64_t to_ticks(std::int64_t ns) const noexcept {
        return static_cast<std::uint64_t>((static_cast<wide>(ns) << 32) / ns_per_tick_q32_);
    }

    static std::uint64_t raw_ns() noexcept {
        timespec now{};
        ::clock_gettime(CLOCK_MONOTONIC_RAW, &now);
        return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
               static_cast<std::uint64_t>(now.tv_nsec);
    }

private:
    std::uint64_t ns_per_tick_q32_;
    bool use_tsc_;
    const std::uint64_t* injected_ns_;
    double uncertainty_ns_;
};

}  // namespace ipcmark
