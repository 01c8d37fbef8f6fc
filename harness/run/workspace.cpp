#include "harness/run/workspace.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/run_names.hpp"
#include "harness/contract/topology.hpp"
#include "harness/host/ipc/run_objects.hpp"
#include "harness/run/stale_runs.hpp"

namespace ipcmark {

namespace fs = std::filesystem;

namespace {

unique_fd make_locked(const fs::path& file) {
    unique_fd fd(::open(file.c_str(), O_RDWR | O_CLOEXEC | O_CREAT, 0600));
    if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) fd.reset();
    return fd;
}

/// When a run began, by the clock that stamps System V objects: its lock file is never written to.
std::time_t began(const unique_fd& lock) {
    struct stat file {};
    return ::fstat(lock.get(), &file) == 0 ? file.st_mtime : std::time(nullptr);
}

std::string repetition_name(const std::string& run, const std::string& folder) {
    return run + "-" + folder;
}

/// Of a repetition and of its channels, whose folders lie in its own.
void remove_repetition(const std::string& name, const fs::path& directory, std::time_t since) {
    std::error_code ignored;
    for (const auto& each : fs::directory_iterator(directory, ignored))
        if (each.is_directory(ignored))
            remove_objects_of(channel_name(name, each.path().filename().string()), since);
    remove_objects_of(name, since);
}

/// Runs of this user whose lock nobody holds any more.
void sweep_dead_runs(const fs::path& root) {
    for (run_entry& run : scan_runs({root}).runs)
        if (run.is == liveness::dead && run.lock && run.owner == ::geteuid()) remove_run(run);
}

}  // namespace

run_workspace::run_workspace() {
    const fs::path root = temporary_root();
    sweep_dead_runs(root);
    std::string pattern = root / (std::string(run_prefix) + std::to_string(::getpid()) + "-XXXXXX");
    if (::mkdtemp(pattern.data()) == nullptr)
        throw_errno("mkdtemp in " + root.string(),
                    "point TMPDIR at a folder that this user may write to");
    directory_ = pattern;
    name_ = directory_.filename();
    // Locked before it gets its name, so that no other run ever sees it free.
    const fs::path unnamed = directory_ / "lock.new";
    lock_ = make_locked(unnamed);
    if (!lock_ || ::rename(unnamed.c_str(), (directory_ / lock_name).c_str()) != 0) {
        const call_failed refused(errno, "lock " + unnamed.string());
        ::unlink(unnamed.c_str());
        ::rmdir(directory_.c_str());
        throw refused;
    }
    since_ = began(lock_);
}

run_workspace::~run_workspace() {
    std::error_code ignored;
    remove_objects_of(name_, since_);
    // System V objects cannot be looked for by the beginning of a name: the repetitions' folders
    // tell which keys to try.
    for (const auto& each : fs::directory_iterator(directory_, ignored))
        if (each.is_directory(ignored))
            remove_repetition(repetition_name(name_, each.path().filename()), each.path(), since_);
    fs::remove_all(directory_, ignored);
    // Where no descriptor is left to look into it: nothing was made in it yet.
    ::unlink((directory_ / lock_name).c_str());
    ::rmdir(directory_.c_str());
}

run_workspace::repetition_workspace run_workspace::next_repetition() {
    // A fixed width, so that no repetition's name is the beginning of another's.
    return make(fmt::format("{:08}", repetitions_++));
}

run_workspace::repetition_workspace run_workspace::next_service() {
    return make(fmt::format("s{:07}", services_++));
}

run_workspace::repetition_workspace run_workspace::make(const std::string& suffix) {
    const fs::path directory = directory_ / suffix;
    if (::mkdir(directory.c_str(), 0700) != 0) throw_errno("mkdir " + directory.string());
    return {repetition_name(name_, suffix), directory, since_};
}

run_workspace::repetition_workspace::repetition_workspace(std::string name, fs::path directory,
                                                          std::time_t since)
    : name_(std::move(name)), directory_(std::move(directory)), since_(since) {}

/// An empty name sweeps nothing.
run_workspace::repetition_workspace::repetition_workspace(repetition_workspace&& other) noexcept
    : name_(std::exchange(other.name_, {})),
      directory_(std::exchange(other.directory_, {})),
      since_(other.since_) {}

run_workspace::repetition_workspace::~repetition_workspace() {
    if (name_.empty()) return;
    std::error_code ignored;
    remove_repetition(name_, directory_, since_);
    fs::remove_all(directory_, ignored);
}

}  // namespace ipcmark
