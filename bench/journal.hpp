#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "harness/posix/unique_fd.hpp"

namespace ipcmark {

/// The run's spawns as JSON lines beside the result file, appended after every spawn, so that
/// nothing is lost when ipcmark itself is killed: `ipcmark report FILE.journal` reads it.
class journal {
public:
    /// `result_file` "-": no journal. Throws call_failed.
    journal(const std::string& result_file, const nlohmann::ordered_json& first_line);
    void append(const nlohmann::ordered_json& line);
    /// The result itself is safe: removes the file.
    void discard();

private:
    std::string file_;
    unique_fd fd_;
};

}  // namespace ipcmark
