#pragma once

#include <string>

#include "harness/base/posix/unique_fd.hpp"

namespace ipcmark {

/// Whose result it is: the name of a result file and, while this lives, the lock that keeps other
/// runs from it. The lock is on the journal, which the destructor removes where it is empty.
class result_claim {
public:
    result_claim(result_claim&& other) noexcept = default;
    result_claim& operator=(result_claim&&) = delete;
    ~result_claim();

    const std::string& file() const noexcept { return file_; }

    /// A name that the user gave is taken as it is or refused: where a result or a journal would be
    /// lost (not with `overwrite`), or another run writes it. Throws command_error, call_failed.
    /// An empty file, a device and a pipe may be written to.
    static result_claim named(const std::string& file, bool overwrite);
    /// `usual`, or with the first free number: "results-2.json". Throws call_failed.
    static result_claim numbered(const std::string& usual, bool overwrite);

private:
    result_claim(std::string file, unique_fd lock)
        : file_(std::move(file)), lock_(std::move(lock)) {}

    std::string file_;
    unique_fd lock_;  // none: nothing beside a pipe, a device or standard output
};

/// To a file, in one step; "-" is standard output, whose reader may have gone. Throws call_failed
/// and command_error.
void write_output(const std::string& file, const std::string& content);

}  // namespace ipcmark
