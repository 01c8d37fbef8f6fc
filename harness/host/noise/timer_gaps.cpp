#include "harness/host/noise/timer_gaps.hpp"

#include <algorithm>
#include <system_error>
#include <thread>
#include <time.h>

#include "harness/base/clock.hpp"
#include "harness/base/posix/affinity.hpp"
#include "harness/base/posix/thread.hpp"

namespace ipcmark {

namespace {

void take(timer_gaps& found, std::uint64_t from_ns, std::uint64_t to_ns) {
    const auto gap_ns = static_cast<std::int64_t>(to_ns - from_ns);
    found.span_ns += gap_ns;
    if (gap_ns <= least_gap_ns) return;
    found.in_gaps_ns += gap_ns;
    found.longest_ns = std::max(found.longest_ns, gap_ns);
    if (gap_ns > least_pause_ns) found.pauses_ns.push_back(gap_ns);
}

std::int64_t thread_cpu_ns() {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

timer_gaps spin(std::int64_t span_ns) {
    timer_gaps found;
    found.pauses_ns.reserve(static_cast<std::size_t>(span_ns / least_pause_ns));
    const std::int64_t cpu_before_ns = thread_cpu_ns();
    std::uint64_t previous = shared_clock::raw_ns();
    while (found.span_ns < span_ns) {
        const std::uint64_t now = shared_clock::raw_ns();
        take(found, previous, now);
        previous = now;
    }
    // Interrupts and the hypervisor take a thread's time while it is accounted as its own.
    found.waited_ns = std::max<std::int64_t>(found.span_ns - (thread_cpu_ns() - cpu_before_ns), 0);
    return found;
}

}  // namespace

timer_gaps& timer_gaps::operator+=(const timer_gaps& other) {
    span_ns += other.span_ns;
    in_gaps_ns += other.in_gaps_ns;
    longest_ns = std::max(longest_ns, other.longest_ns);
    waited_ns += other.waited_ns;
    pauses_ns.insert(pauses_ns.end(), other.pauses_ns.begin(), other.pauses_ns.end());
    return *this;
}

timer_gaps gaps_of(const std::vector<std::uint64_t>& stamps_ns) {
    timer_gaps found;
    for (std::size_t i = 1; i < stamps_ns.size(); ++i)
        take(found, stamps_ns[i - 1], stamps_ns[i]);
    return found;
}

timer_gaps look_for_gaps(std::vector<int> cpus, std::int64_t span_ns) {
    std::sort(cpus.begin(), cpus.end());
    cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
    timer_gaps sum;
    // Two threads at once would interrupt each other: one that starts or ends changes the mappings
    // of both. A thread of its own, so that the caller's affinity stays.
    start_thread([&] {
        for (const int cpu : cpus) {
            try {
                if (cpu >= 0) pin_to(cpu);
            } catch (const std::system_error&) {
                continue;
            }
            sum += spin(span_ns);
        }
    }).join();
    return sum;
}

}  // namespace ipcmark
