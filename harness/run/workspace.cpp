#include "harness/run/workspace.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <mqueue.h>
#include <random>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "harness/base/object_names.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/sysv.hpp"
#include "harness/base/run_names.hpp"
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

/// Runs of this user whose lock nobody holds any more.
void sweep_dead_runs(const fs::path& root) {
    for (known_run& run : survey_runs({root}).runs)
        if (run.is == fate::dead && run.lock && run.owner == ::geteuid()) remove_run(run);
}

void sweep_folder(const fs::path& folder, const std::string& prefix) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        const std::string file = entry.path().filename();
        // Named semaphores are files called sem.<name>.
        if (file.starts_with(prefix) || file.starts_with("sem." + prefix))
            fs::remove_all(entry.path(), ignored);
    }
}

}  // namespace

void sweep_names(const std::string& prefix) {
    sweep_folder("/dev/shm", prefix);
    sweep_folder("/dev/mqueue", prefix);
    // The queue file system may not be mounted; the names are known all the same.
    for (const auto direction : {direction::forward, direction::backward})
        ::mq_unlink(("/" + directed_name(prefix, direction)).c_str());
}

void sweep_system_v_of_run(const fs::path& run_folder, std::time_t since) {
    std::error_code ignored;
    for (const auto& repetition : fs::directory_iterator(run_folder, ignored))
        if (repetition.is_directory(ignored))
            sweep_system_v(repetition_name(run_folder.filename(), repetition.path().filename()),
                           since);
}

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
    if (!lock_ || ::rename(unnamed.c_str(), (directory_ / lock_name).c_str()) != 0)
        throw_errno("lock " + unnamed.string());
    since_ = began(lock_);
}

run_workspace::~run_workspace() {
    std::error_code ignored;
    sweep_names(name_);
    sweep_system_v_of_run(directory_, since_);
    fs::remove_all(directory_, ignored);
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
    sweep_names(name_);
    sweep_system_v(name_, since_);
    fs::remove_all(directory_, ignored);
}

}  // namespace ipcmark
