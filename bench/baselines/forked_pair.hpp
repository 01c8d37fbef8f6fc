#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <new>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/clock.hpp"
#include "harness/base/posix/affinity.hpp"
#include "harness/base/posix/error.hpp"

/// What the bare loops are built of: two forked, pinned processes and the whole block's two clock
/// readings.
namespace ipcmark {

/// What the two processes of a bare pair share.
struct shared_words {
    alignas(128) std::atomic<std::uint64_t> there{0};
    alignas(128) std::atomic<std::uint64_t> back{0};
    alignas(128) std::atomic<std::uint32_t> futex_there{0};
    alignas(128) std::atomic<std::uint32_t> futex_back{0};
    alignas(128) std::atomic<std::uint64_t> stop_after{~std::uint64_t{0}};
    alignas(128) double figure = 0;
};

template <class T>
T* share() {
    void* memory = ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) throw_errno("mmap");
    return new (memory) T;
}

/// Runs `leader` and `follower` in two forked processes, each pinned; returns leader's figure.
inline double run_pair(std::array<int, 2> cpus, shared_words* words,
                       const std::function<double()>& leader,
                       const std::function<void()>& follower) {
    const auto start = [&](int cpu, const std::function<void()>& body) {
        const pid_t pid = checked(::fork(), "fork");
        if (pid != 0) return pid;
        pin_to(cpu);
        body();
        ::_exit(0);
    };
    const pid_t second = start(cpus[1], follower);
    const pid_t first = start(cpus[0], [&] { words->figure = leader(); });
    ::waitpid(first, nullptr, 0);
    ::waitpid(second, nullptr, 0);
    const double figure = words->figure;
    ::munmap(words, sizeof *words);
    return figure;
}

constexpr std::uint64_t round_trips_between_clocks = 64;
constexpr std::uint64_t warm_up_round_trips = 1000;

/// Times blocks of exchange(i) until the span is over; `words->stop_after` tells the follower.
template <class Exchange>
double time_round_trips(shared_words* words, std::int64_t span_ns, Exchange exchange) {
    std::uint64_t i = 0;
    for (; i < warm_up_round_trips; ++i)
        exchange(i);
    const std::uint64_t start = shared_clock::raw_ns();
    const std::uint64_t first = i;
    std::uint64_t now = start;
    while (now - start < static_cast<std::uint64_t>(span_ns)) {
        for (std::uint64_t n = 0; n < round_trips_between_clocks; ++n)
            exchange(i++);
        now = shared_clock::raw_ns();
    }
    words->stop_after.store(i, std::memory_order_release);
    exchange(i);
    return static_cast<double>(now - start) / static_cast<double>(i - first);
}

template <class Answer>
void answer_until_stopped(shared_words* words, Answer answer) {
    for (std::uint64_t i = 0;; ++i) {
        answer(i);
        if (i >= words->stop_after.load(std::memory_order_acquire)) return;
    }
}

}  // namespace ipcmark
