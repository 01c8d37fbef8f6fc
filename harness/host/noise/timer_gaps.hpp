#pragma once

#include <cstdint>
#include <vector>

namespace ipcmark {

/// What a spinning thread missed: the spin detector of measurement, after osnoise and jHiccup. A
/// gap is more than 1 us between two readings of the clock.
struct timer_gaps {
    std::int64_t span_ns = 0;     // looked at, summed over CPUs
    std::int64_t in_gaps_ns = 0;  // of it
    std::int64_t longest_ns = 0;
    std::int64_t waited_ns = 0;                // of the span: other tasks had the CPU
    std::vector<std::int64_t> pauses_ns = {};  // the gaps above least_pause_ns, each

    /// 10^-6 of the time.
    double ppm() const noexcept {
        return span_ns > 0 ? 1e6 * static_cast<double>(in_gaps_ns) / static_cast<double>(span_ns)
                           : 0;
    }
    timer_gaps& operator+=(const timer_gaps& other);
};

inline constexpr std::int64_t least_gap_ns = 1'000;
inline constexpr std::int64_t least_pause_ns = 10'000;

/// The gaps between successive stamps of one CPU's clock.
timer_gaps gaps_of(const std::vector<std::uint64_t>& stamps_ns);

/// Spins `span_ns` on each of the CPUs (-1: anywhere), one after the other, in a thread of its own.
/// Blocks for as long; never while a pair is timed. A CPU that cannot be used is left out.
timer_gaps look_for_gaps(std::vector<int> cpus, std::int64_t span_ns);

}  // namespace ipcmark
