#pragma once

#include <string>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/base/tree.hpp"

namespace ipcmark {

/// The run's repetitions as JSON lines beside the result file, appended after every repetition, so
/// that nothing is lost when ipcmark itself is killed: `ipcmark report FILE.journal` reads it.
class journal {
public:
    static std::string name_for(const std::string& result_file) { return result_file + ".journal"; }
    /// `result_file` "-": no journal. Throws call_failed.
    journal(const std::string& result_file, const tree& first_line);
    /// Removes the file when there is no repetition in it.
    ~journal();
    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;
    void append(const tree& line);
    /// The result itself is safe: removes the file.
    void discard();
    /// Where to find what was measured when the result cannot be written; empty: nowhere.
    std::string rescue() const;

private:
    std::string file_;
    unique_fd fd_;
    std::size_t repetitions_ = 0;
};

}  // namespace ipcmark
