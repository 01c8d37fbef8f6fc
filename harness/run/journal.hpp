#pragma once

#include <string>
#include <sys/types.h>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/base/tree.hpp"

namespace ipcmark {

/// The run's repetitions as JSON lines, appended after every repetition, so that nothing is lost
/// when ipcmark itself is killed: `ipcmark report FILE.journal` reads it.
class journal {
public:
    /// Beside the result, or in `folder` where one is named. Empty: there is no place for one
    /// beside standard output, a pipe or a device.
    static std::string name_for(const std::string& result_file, const std::string& folder = {});
    /// `file` empty: no journal. Throws call_failed.
    journal(std::string file, const tree& first_line);
    /// Removes the file when there is no repetition in it.
    ~journal();
    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;
    /// Throws call_failed; the file then ends with the line before.
    void append(const tree& line);
    /// The result itself is safe: removes the file.
    void discard();
    /// Whether every line that was appended is where its name leads.
    bool is_whole() const;
    /// Where to find what was measured when the result cannot be written; empty: nowhere.
    std::string rescue() const;

private:
    bool is_there() const;

    std::string file_;
    unique_fd fd_;
    off_t size_bytes_ = 0;
    std::size_t repetitions_ = 0;
    bool lost_a_line_ = false;
};

}  // namespace ipcmark
