#pragma once

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <string>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/base/run_names.hpp"

namespace ipcmark {

/// The run's private folder (0700, under $TMPDIR or /tmp) and the names of its repetitions. Holds a
/// lock as long as the process lives, so that a later run can tell what a killed one left behind,
/// and removes exactly that. The destructor removes the folder.
class run_workspace {
public:
    /// Also sweeps what dead runs of this user left. Throws call_failed with the remedy.
    run_workspace();
    ~run_workspace();
    run_workspace(const run_workspace&) = delete;
    run_workspace& operator=(const run_workspace&) = delete;

    /// One repetition's name and folder; the destructor sweeps both, crash or not.
    class repetition_workspace {
    public:
        repetition_workspace(std::string name, std::filesystem::path directory, std::time_t since);
        ~repetition_workspace();
        repetition_workspace(const repetition_workspace&) = delete;
        repetition_workspace(repetition_workspace&&) noexcept;
        repetition_workspace& operator=(const repetition_workspace&) = delete;
        const std::string& name() const noexcept { return name_; }
        const std::filesystem::path& directory() const noexcept { return directory_; }

    private:
        std::string name_;
        std::filesystem::path directory_;
        std::time_t since_;  // System V objects older than this are not its own
    };

    repetition_workspace next_repetition();
    /// The same for a service, which outlives repetitions.
    repetition_workspace next_service();
    const std::filesystem::path& directory() const noexcept { return directory_; }

private:
    std::string name_;
    std::filesystem::path directory_;
    unique_fd lock_;
    std::time_t since_ = 0;
    repetition_workspace make(const std::string& suffix);
    std::uint64_t repetitions_ = 0;
    std::uint64_t services_ = 0;
};

}  // namespace ipcmark
