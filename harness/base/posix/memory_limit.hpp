#pragma once

#include <string>

namespace ipcmark {

/// "RLIMIT_DATA (ulimit -d) is 10 MiB, RLIMIT_AS (ulimit -v) is 1 GiB": what limits this process's
/// own memory; empty where neither does.
std::string own_memory_limits();

/// That memory ran out, and what helps.
std::string out_of_memory_text();

}  // namespace ipcmark
