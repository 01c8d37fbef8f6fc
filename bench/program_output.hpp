#pragma once

#include <string>
#include <vector>

#include "harness/base/posix/child.hpp"

namespace ipcmark {

struct program_output {
    std::string text;  // its standard output, of which 16 MiB are kept
    child_end end;
};

/// Runs a program to its end and reads what it prints; its standard error is ours. arguments[0] is
/// a path, or a name on the PATH. Blocks. Throws call_failed where it cannot be started.
program_output output_of(const std::vector<std::string>& arguments);

}  // namespace ipcmark
