#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ipcmark {

/// Git revisions of the repository in the working folder, each checked out into a folder of its own
/// and built there. The destructor removes the folders and what git knows of them.
class checkouts {
public:
    /// `build`: a shell command that is run in each folder; `file`: what it makes there, a program
    /// or a plug-in. Throws call_failed where no folder can be made.
    checkouts(std::string build, std::string file);
    ~checkouts();
    checkouts(const checkouts&) = delete;
    checkouts& operator=(const checkouts&) = delete;

    /// The full name of a commit; empty: there is none of this name.
    static std::string commit_of(const std::string& revision);
    /// Blocks while it builds; what the build prints goes to standard error. Throws command_error.
    std::filesystem::path build(const std::string& commit);

private:
    std::string command_;
    std::string file_;
    std::filesystem::path root_;
    std::vector<std::filesystem::path> folders_;
};

}  // namespace ipcmark
