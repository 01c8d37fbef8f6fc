#pragma once

#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/memory_limit.hpp"

namespace ipcmark {

/// A thread that runs `work`, which throws nothing. Throws call_failed where processes and threads
/// are limited.
template <class Work>
std::thread start_thread(Work work) {
    try {
        return std::thread(std::move(work));
    } catch (const std::system_error& e) {
        const std::string memory = own_memory_limits();
        throw call_failed(e.code().value(), "start of a thread",
                          "raise RLIMIT_NPROC (ulimit -u), or pids.max of the control group" +
                              (memory.empty() ? "" : "; its stack takes 8 MiB and " + memory));
    }
}

}  // namespace ipcmark
