#pragma once

#include <cstdint>
#include <optional>
#include <sys/types.h>
#include <vector>

#include "harness/base/host_files.hpp"
#include "harness/result/report.hpp"

namespace ipcmark {

/// nullopt: there is no such process, or it may not be looked at.
std::optional<process_usage> read_process_usage(pid_t pid, const host_files& files = host_files());

/// The threads of a process.
std::vector<pid_t> threads_of(pid_t pid, const host_files& files = host_files());

}  // namespace ipcmark
