#pragma once

#include <cstdint>
#include <optional>
#include <sys/types.h>
#include <vector>

#include "harness/host/files.hpp"

namespace ipcmark {

/// What another process (a broker between the two) has consumed with all of its threads, or the
/// difference of two such readings. Sources: /proc/PID/task/TID/schedstat for CPU time (in ns; a
/// running thread's lags by up to a tick), /proc/PID/task/TID/status for switches. What a thread
/// that ended in between had used is missed.
struct process_usage {
    std::int64_t cpu_ns = 0;
    std::int64_t voluntary_switches = 0;
    std::int64_t involuntary_switches = 0;
    std::int64_t threads = 0;
    int last_cpu = -1;  // of its main thread

    std::int64_t switches() const noexcept { return voluntary_switches + involuntary_switches; }
};

process_usage operator-(const process_usage& later, const process_usage& earlier);

/// nullopt: there is no such process, or it may not be looked at.
std::optional<process_usage> read_process_usage(pid_t pid, const host_files& files = host_files());

/// The threads of a process.
std::vector<pid_t> threads_of(pid_t pid, const host_files& files = host_files());

}  // namespace ipcmark
