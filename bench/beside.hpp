#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/base/posix/child.hpp"

namespace ipcmark {

/// What else the machine does while something is measured: a command, or "hog", a process on each
/// CPU that wants all of it. Killed, with all that it forked, when this ends.
class beside {
public:
    static constexpr const char* hog = "hog";

    /// Empty: nothing. Throws call_failed.
    explicit beside(const std::string& command);
    beside(const beside&) = delete;
    beside& operator=(const beside&) = delete;
    ~beside();

    /// How one ended that should still run: "exit code 127".
    std::optional<std::string> ended() const;

private:
    std::vector<child> running_;
};

}  // namespace ipcmark
