#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/posix/child.hpp"

namespace ipcmark {

struct program_output {
    std::string text;  // its standard output, of which 16 MiB are kept
    child_end end;
};

enum class complaints : std::uint8_t { shown, dropped };

/// Runs a program to its end and reads what it prints; its standard error is ours, or nowhere.
/// arguments[0] is a path, or a name on the PATH. Blocks. Throws call_failed where it cannot be
/// started.
program_output output_of(const std::vector<std::string>& arguments,
                         complaints those = complaints::shown);

}  // namespace ipcmark
