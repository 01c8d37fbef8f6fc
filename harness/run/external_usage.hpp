#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

#include "harness/result/report.hpp"

namespace ipcmark {

/// What a process has used so far, as its parent reads it in /proc: for workers that cannot read it
/// themselves. The read takes some 0.1 ms and comes after the moment that it is about.
struct external_usage {
    process_usage used;
    std::int64_t user_ticks = 0;
    std::int64_t system_ticks = 0;
    std::int64_t minor_faults = 0;
    std::int64_t major_faults = 0;
};

/// nullopt: there is no such process.
std::optional<external_usage> read_external_usage(pid_t pid);

/// CPU time is the threads' own; user and system share it as the kernel's ticks do.
usage consumed_between(const external_usage& before, const external_usage& after);

/// Whether a report says what its worker consumed.
bool tells_usage(const std::string& report_text);

}  // namespace ipcmark
