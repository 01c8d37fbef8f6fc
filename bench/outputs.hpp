#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "harness/base/posix/unique_fd.hpp"

namespace ipcmark {

/// A file that an option or an argument names, and how to call it: "--json", "the input".
struct named_file {
    std::string what;
    std::string name;  // empty: not given; "-": standard output or input
};

/// The other names of standard output become "-": what they lead to is no file to be replaced.
std::string output_name(std::string name);

/// No output is another output or an input under any name: by device and inode. Throws
/// command_error.
void require_distinct(std::span<const named_file> outputs, std::span<const named_file> inputs);

/// Tries it before anything is measured, and says where a file can only be written in place. "-" is
/// left alone. Throws call_failed.
void try_output(const std::string& file);

/// Throws command_error where the limit of a file's size (RLIMIT_FSIZE) is below what a result
/// takes, or a file of `bytes` cannot be written there. "-" is left alone.
void require_room(const std::string& file, std::size_t bytes);

/// Whose result it is: the name of a result file and, while this lives, the lock that keeps other
/// runs from it. The lock is on the journal, which the destructor removes where it is empty.
class result_claim {
public:
    result_claim(result_claim&& other) noexcept = default;
    result_claim& operator=(result_claim&&) = delete;
    ~result_claim();

    const std::string& file() const noexcept { return file_; }
    /// Empty: there is none.
    const std::string& journal_file() const noexcept { return journal_file_; }

    /// A name that the user gave is taken as it is or refused: where a result or a journal would be
    /// lost (not with `overwrite`, which keeps the journal under a number of its own), or another
    /// run writes it. Throws command_error, call_failed. An empty file, a device and a pipe may be
    /// written to. `journal_folder` empty: beside the result.
    static result_claim named(const std::string& file, const std::string& journal_folder,
                              bool overwrite);
    /// `usual`, or with the first free number: "results-2.json". Throws call_failed.
    static result_claim numbered(const std::string& usual, const std::string& journal_folder,
                                 bool overwrite);

private:
    result_claim(std::string file, std::string journal_file, unique_fd lock)
        : file_(std::move(file)), journal_file_(std::move(journal_file)), lock_(std::move(lock)) {}

    std::string file_;
    std::string journal_file_;
    unique_fd lock_;  // none: nothing beside a pipe, a device or standard output
};

/// To a file, in one step; "-" is standard output, whose reader may have gone. Throws call_failed
/// and command_error.
void write_output(const std::string& file, const std::string& content);

/// Keeps what could not be written where it was to go in the first place that takes it: the working
/// folder, TMPDIR, /tmp, /var/tmp, the home folder. Its name; empty: nowhere.
std::string write_elsewhere(const std::string& content);

}  // namespace ipcmark
