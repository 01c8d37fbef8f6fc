#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>

#include "harness/base/clock.hpp"

/// How far apart the clocks of two CPUs can be, by exchanges over one cache line: with stamps tA
/// before, tB there and tA' after, and m = min(tB - tA), k = min(tA' - tB), the offset d of B
/// against A obeys -k <= d <= m. After Cristian, "Probabilistic clock synchronization", 1989.
namespace ipcmark {

struct clock_offset_bound {
    std::int64_t least_out_ticks = std::numeric_limits<std::int64_t>::max();   // m
    std::int64_t least_back_ticks = std::numeric_limits<std::int64_t>::max();  // k

    void take(std::uint64_t sent, std::uint64_t there, std::uint64_t returned) noexcept {
        const auto ticks = [](std::uint64_t from, std::uint64_t to) {
            return static_cast<std::int64_t>(to - from);
        };
        least_out_ticks = std::min(least_out_ticks, ticks(sent, there));
        least_back_ticks = std::min(least_back_ticks, ticks(there, returned));
    }
    /// No exchange ever saw time run backwards: an offset of 0 is possible.
    bool consistent() const noexcept { return least_out_ticks >= 0 && least_back_ticks >= 0; }
    /// u = (m + k) / 2, in ticks: what a one-way time can be wrong by.
    double uncertainty_ticks() const noexcept {
        return (static_cast<double>(least_out_ticks) + static_cast<double>(least_back_ticks)) / 2;
    }
};

/// What the two pass to and fro; zeroed at first, shared by both.
struct clock_offset_line {
    alignas(128) std::atomic<std::uint64_t> turn;
    std::atomic<std::uint64_t> remote_stamp;
    std::atomic<std::uint64_t> last;  // the leader's; 0: not known yet
};

/// The side whose CPU the offset is against. `Clock` has now(). Spins for up to `exchanges`, and no
/// longer than `span_ns`.
template <class Clock>
clock_offset_bound lead_offset(clock_offset_line& line, const Clock& clock, std::uint64_t exchanges,
                               std::int64_t span_ns = 200'000'000) {
    clock_offset_bound bound;
    const std::uint64_t end_ns = shared_clock::raw_ns() + static_cast<std::uint64_t>(span_ns);
    for (std::uint64_t i = 1;; ++i) {
        const bool over = i >= exchanges || shared_clock::raw_ns() >= end_ns;
        if (over) line.last.store(i, std::memory_order_relaxed);
        const std::uint64_t sent = clock.now();
        line.turn.store(2 * i - 1, std::memory_order_release);
        while (line.turn.load(std::memory_order_acquire) != 2 * i) {
        }
        const std::uint64_t returned = clock.now();
        bound.take(sent, line.remote_stamp.load(std::memory_order_relaxed), returned);
        if (over) return bound;
    }
}

template <class Clock>
void follow_offset(clock_offset_line& line, const Clock& clock) {
    for (std::uint64_t i = 1;; ++i) {
        while (line.turn.load(std::memory_order_acquire) != 2 * i - 1) {
        }
        line.remote_stamp.store(clock.now(), std::memory_order_relaxed);
        const bool over = line.last.load(std::memory_order_relaxed) == i;
        line.turn.store(2 * i, std::memory_order_release);
        if (over) return;
    }
}

/// A one-way time is a figure only far above what the two clocks may differ by; otherwise half a
/// round trip, labelled so, is what can be said.
inline bool one_way_is_meaningful(double median_ns, double uncertainty_ns) {
    constexpr double times = 10;
    return median_ns > times * uncertainty_ns;
}

}  // namespace ipcmark
