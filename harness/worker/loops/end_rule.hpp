#pragma once

#include <cstdint>
#include <limits>

#include "harness/worker/session.hpp"

namespace ipcmark::loops {

/// When a producer ends a phase. A fixed rule of time and messages, never "until it looks flat".
struct end_rule {
    static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

    std::uint64_t latest_ticks = never;
    std::uint64_t most_messages = never;
    std::uint64_t enough_ticks = never;  // together with enough_messages
    std::uint64_t enough_messages = 0;

    static end_rule after(std::uint64_t messages) noexcept { return {.most_messages = messages}; }
    static end_rule warm_up(const session& run, std::uint64_t start_ticks) noexcept {
        return {.latest_ticks = start_ticks + run.clock.to_ticks(run.work.warm_up_max_ns),
                .enough_ticks = start_ticks + run.clock.to_ticks(run.work.warm_up_min_ns),
                .enough_messages = run.work.warm_up_messages};
    }
    static end_rule timed(const session& run, std::uint64_t start_ticks) noexcept {
        return {.latest_ticks = start_ticks + run.clock.to_ticks(run.work.timed_ns),
                .most_messages = run.work.max_messages == 0 ? never : run.work.max_messages};
    }

    bool operator()(std::uint64_t now_ticks, std::uint64_t messages) const noexcept {
        return now_ticks >= latest_ticks || messages >= most_messages ||
               (now_ticks >= enough_ticks && messages >= enough_messages);
    }
};

}  // namespace ipcmark::loops
