#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ipcmark {

/// What is executed as a worker.
struct worker_program {
    std::string path = "/proc/self/exe";
    std::vector<std::string> plugins = {};  // that it loads

    friend bool operator==(const worker_program&, const worker_program&) = default;
};

/// A program that loads fewer libraries than this one does, and is born quicker for it: for the
/// mechanisms that it holds.
struct lean_program {
    std::string path;  // empty: there is none
    std::function<bool(std::string_view transport)> holds = {};
};

}  // namespace ipcmark
