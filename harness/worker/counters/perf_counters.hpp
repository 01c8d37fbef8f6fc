#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "harness/base/host_files.hpp"
#include "harness/base/posix/unique_fd.hpp"
#include "harness/result/report.hpp"

namespace ipcmark {

/// perf_event_open(2) counters, the kernel's side included. What the kernel refuses is unavailable,
/// never 0: a software event opened for the user side alone, which an unprivileged process may,
/// reads 0 context switches without a word. Only cycles, instructions and cache misses fall back to
/// the user side, and say so. System calls come from the tracepoint raw_syscalls:sys_enter.
/// Never used in timed repetitions: one such counter slows a pipe round trip by 7-13 %.
class perf_counters {
public:
    /// Opens nothing when not `wanted`. `tasks`: 0 is the calling process; threads made afterwards
    /// are counted too.
    explicit perf_counters(bool wanted, const std::vector<pid_t>& tasks = {0},
                           const host_files& files = host_files());
    void start() noexcept;
    void stop() noexcept;
    perf_counts read() const;

private:
    void open_all(std::size_t event, const std::vector<pid_t>& tasks, const host_files& files);

    std::array<std::vector<unique_fd>, perf_counts::event_count> events_;
    std::array<std::string, perf_counts::event_count> notes_;
};

/// The number by which perf_event_open(2) knows a tracepoint such as "raw_syscalls/sys_enter";
/// nullopt without a readable tracefs.
std::optional<std::uint64_t> tracepoint_id(const host_files& files, std::string_view event);

/// A count of an event that shared its hardware counter with others: scaled up to the whole time.
/// nullopt: it never ran.
std::optional<std::uint64_t> scaled_count(std::uint64_t value, std::uint64_t enabled_ns,
                                          std::uint64_t running_ns);

}  // namespace ipcmark
