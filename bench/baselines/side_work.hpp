#pragma once

#include <cstdint>

/// Work of a fixed time on one side of a queue. Which side is the slower one decides whether
/// messages queue up (the consumer) or each one is awaited (the producer), and with it the rate of
/// a queue whose messages take some ten nanoseconds. So both are told, instead of whatever the
/// balance of filling and checking happens to make of it.
namespace ipcmark {

/// Some ten nanoseconds of multiplications, each of which needs the one before.
class side_work {
public:
    static constexpr double asked_ns = 10;

    /// Finds out how many they are, in less than a millisecond.
    side_work();

    void operator()() noexcept { run(steps_); }

private:
    void run(std::uint64_t steps) noexcept {
        for (std::uint64_t i = 0; i < steps; ++i) {
            value_ = value_ * 5 + 1;
            asm volatile("" : "+r"(value_));
        }
    }

    std::uint64_t steps_ = 0;
    std::uint64_t value_ = 1;
};

}  // namespace ipcmark
