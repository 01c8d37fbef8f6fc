#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/posix/unique_fd.hpp"

namespace ipcmark {

/// Software events of one process over a counting spawn; a missing one is nullopt.
struct perf_counts {
    static constexpr std::size_t event_count = 4;
    static constexpr std::array<std::string_view, event_count> names{
        "context_switches", "cpu_migrations", "page_faults", "task_clock_ns"};
    std::array<std::optional<std::uint64_t>, event_count> values;
    std::string unavailable;  // why there are none
};

/// perf_event_open(2) software counters of the calling process, kernel side included: a user-only
/// context-switches event reads 0 without a word, so being refused the kernel side counts as
/// unavailable. Never used in timed spawns: one such counter slows a pipe round trip by 7-13 %.
class perf_counters {
public:
    /// Opens nothing when not `wanted`.
    explicit perf_counters(bool wanted);
    void start() noexcept;
    void stop() noexcept;
    perf_counts read() const;

private:
    std::array<unique_fd, perf_counts::event_count> events_;
    std::string unavailable_;
};

}  // namespace ipcmark
