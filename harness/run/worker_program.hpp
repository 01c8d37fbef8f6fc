#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ipcmark {

/// What is executed as a worker.
struct worker_program {
    std::string path = "/proc/self/exe";
    std::vector<std::string> plugins = {};      // that it loads
    std::vector<std::string> environment = {};  // NAME=value, before what it inherits
    /// Of an external worker, found on the PATH: it is executed instead, and what it prints is kept
    /// for the sentence about its failure.
    std::vector<std::string> command = {};

    bool external() const noexcept { return !command.empty(); }

    friend bool operator==(const worker_program&, const worker_program&) = default;
};

/// Whose workers carry out the repetitions of one variant of a comparison.
struct variant_program {
    std::string path = {};                      // empty: as without variants
    std::vector<std::string> plugins = {};      // that its workers load, in place of the runner's
    std::vector<std::string> environment = {};  // NAME=value, before what is inherited
};

/// A program that loads fewer libraries than this one does, and is born quicker for it: for the
/// mechanisms that it holds.
struct lean_program {
    std::string path;  // empty: there is none
    std::function<bool(std::string_view transport)> holds = {};
};

}  // namespace ipcmark
