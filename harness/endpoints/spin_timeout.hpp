#pragma once

#include <chrono>
#include <optional>

#include "harness/contract/transport.hpp"
#include "harness/endpoints/waits.hpp"

namespace ipcmark {

/// Polls, as a spinning transport that may drop does in recv, until ready() holds (true) or
/// loss_timeout_ms have passed (false). The clock is not read while messages come quickly.
template <class Ready>
bool spin_until_lost(Ready ready) {
    constexpr int polls_between_clocks = 1024;
    std::optional<std::chrono::steady_clock::time_point> deadline;
    for (;;) {
        for (int i = 0; i < polls_between_clocks; ++i) {
            if (ready()) return true;
            pause_cpu();
        }
        const auto now = std::chrono::steady_clock::now();
        if (!deadline) deadline = now + std::chrono::milliseconds(loss_timeout_ms);
        if (now >= *deadline) return false;
    }
}

}  // namespace ipcmark
