#pragma once

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <system_error>
#include <time.h>
#include <unistd.h>
#include <utility>
#include <vector>

/// What the bare programs of the designs share: a clock, percentiles, CPU time, processes. Nothing
/// here is of the harness: they are to show what a design meets without it.
namespace bare {

inline std::int64_t checked(std::int64_t result, const char* call) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), call);
    return result;
}

inline std::int64_t now_ns() {
    timespec at{};
    ::clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1'000'000'000 + at.tv_nsec;
}

inline void sleep_until(std::int64_t due_ns) {
    const timespec due{due_ns / 1'000'000'000, due_ns % 1'000'000'000};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr) == EINTR) {
    }
}

constexpr double most_slept_for_hz = 20'000;  // beyond, a sender waits on the clock

/// When a message counts as sent: when it was due, so that a stall shows in all that it delayed;
/// or when its sender woke, where its own timer was late.
inline std::int64_t await_due(std::int64_t due_ns, double rate_hz) {
    if (now_ns() >= due_ns) return due_ns;
    if (rate_hz <= most_slept_for_hz) {
        sleep_until(due_ns);
        return now_ns();
    }
    while (now_ns() < due_ns) {
    }
    return due_ns;
}

/// CPU time of this process, system calls included.
inline std::int64_t cpu_ns() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto ns = [](const timeval& t) { return t.tv_sec * 1'000'000'000 + t.tv_usec * 1'000; };
    return ns(used.ru_utime) + ns(used.ru_stime);
}

/// What this process uses from here on.
class usage_since {
public:
    double cpu_used_ns() const { return static_cast<double>(cpu_ns() - cpu_ns_); }
    double elapsed_ns() const { return static_cast<double>(now_ns() - began_ns_); }
    double core_share() const { return cpu_used_ns() / elapsed_ns(); }

private:
    std::int64_t cpu_ns_ = cpu_ns();
    std::int64_t began_ns_ = now_ns();
};

constexpr double silence_s = 0.5;  // before the first message, for what waiting costs

/// Where all processes of a program wait until the last of them is there: the silence is then as
/// long for each.
class starting_line {
public:
    void open() {
        start_ns_.store(now_ns() + static_cast<std::int64_t>(silence_s * 1e9),
                        std::memory_order_release);
    }
    /// Returns the time at which the first message is due.
    std::int64_t await() const {
        for (;;) {
            const std::int64_t start_ns = start_ns_.load(std::memory_order_acquire);
            if (start_ns != 0) {
                sleep_until(start_ns);
                return start_ns;
            }
            sleep_until(now_ns() + 1'000'000);
        }
    }

private:
    std::atomic<std::int64_t> start_ns_{0};
};

class percentiles {
public:
    explicit percentiles(std::size_t expected) { times_.reserve(expected); }
    void note(std::int64_t ns) { times_.push_back(ns); }
    std::size_t count() const { return times_.size(); }
    const std::vector<std::int64_t>& all() const { return times_; }

    /// Nearest rank; 0 of nothing.
    double at(double q) {
        if (times_.empty()) return 0;
        std::sort(times_.begin(), times_.end());
        const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(count())));
        return static_cast<double>(times_[std::max<std::size_t>(rank, 1) - 1]);
    }

private:
    std::vector<std::int64_t> times_;
};

/// Zeroed memory of this process and of those that it forks.
inline std::byte* shared_bytes(std::size_t bytes) {
    void* memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    return static_cast<std::byte*>(memory);
}

/// Never unmapped: a program's figures live as long as it does.
template <class T>
T* shared(std::size_t many = 1) {
    return new (shared_bytes(many * sizeof(T))) T[many]{};
}

/// Runs `body` in a process of its own, which ends with this one.
inline pid_t fork_into(const std::function<void()>& body) {
    const auto child = static_cast<pid_t>(checked(::fork(), "fork"));
    if (child != 0) return child;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
    try {
        body();
        ::_exit(0);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        ::_exit(1);
    }
}

/// Throws where one failed.
inline void await(const std::vector<pid_t>& children) {
    bool failed = false;
    for (const pid_t child : children) {
        int status = 0;
        ::waitpid(child, &status, 0);
        failed = failed || status != 0;
    }
    if (failed) throw std::runtime_error("a process failed");
}

/// What each program is told: MECHANISM PAYLOAD RATE PARTIES SECONDS; a rate of 0: as fast as it
/// goes.
struct task {
    std::string mechanism;
    std::size_t payload_bytes = 64;
    double rate_hz = 0;
    std::size_t parties = 1;
    double seconds = 1;
};

/// How each message begins; the rest is filled by the sender and summed up by the receiver.
struct head {
    std::uint64_t number;
    std::int64_t from_ns;  // when it counts as sent
};
inline constexpr std::uint64_t last_message = ~std::uint64_t{0};

inline void write_message(std::byte* to, std::size_t bytes, head first) {
    std::memset(to + sizeof first, static_cast<int>(first.number & 0xFF), bytes - sizeof first);
    std::memcpy(to, &first, sizeof first);
}

inline head read_message(const std::byte* from, std::size_t bytes) {
    std::uint64_t sum = 0;
    std::uint64_t word = 0;
    for (std::size_t at = sizeof(head); at + sizeof word <= bytes; at += sizeof word) {
        std::memcpy(&word, from + at, sizeof word);
        sum += word;
    }
    volatile std::uint64_t kept = sum;
    static_cast<void>(kept);
    head first{};
    std::memcpy(&first, from, sizeof first);
    return first;
}

/// Figures by the words that a design has for them.
using figures = std::vector<std::pair<std::string, double>>;

inline void add_latencies(percentiles& times, figures& to) {
    for (const auto& [word, q] :
         {std::pair{"latency.p50", 0.5}, std::pair{"latency.p90", 0.9},
          std::pair{"latency.p99", 0.99}, std::pair{"latency.p99.9", 0.999}})
        to.emplace_back(word, times.at(q));
}

/// Prints them as JSON; the exit code.
inline int run_program(int count, char** words, figures (*measure)(const task&)) {
    if (count != 6) {
        std::fprintf(stderr, "usage: %s MECHANISM PAYLOAD RATE PARTIES SECONDS\n", words[0]);
        return 2;
    }
    try {
        const task what{words[1], std::max<std::size_t>(std::stoul(words[2]), sizeof(head)),
                        std::stod(words[3]), std::stoul(words[4]), std::stod(words[5])};
        std::string text;
        for (const auto& [word, figure] : measure(what)) {
            char value[64];
            std::snprintf(value, sizeof value, "%.9g", figure);
            text += (text.empty() ? "{\"" : ", \"") + word + "\": " + value;
        }
        std::printf("%s}\n", text.c_str());
        return 0;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s: %s\n", words[0], e.what());
        return 1;
    }
}

}  // namespace bare
