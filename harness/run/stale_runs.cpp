#include "harness/run/stale_runs.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <map>
#include <stdexcept>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>

#include "harness/base/run_names.hpp"
#include "harness/contract/topology.hpp"
#include "harness/host/ipc/descriptors.hpp"

namespace ipcmark {

namespace fs = std::filesystem;

namespace {

/// Two users may own the same name; neither may have the other's objects taken for left over.
using identity = std::pair<std::string, uid_t>;

class scanner {
public:
    explicit scanner(const scan_options& options) : options_(options) {}

    run_scan run() {
        find_folders();
        for_each_listed(options_.places, [this](ipc_object object) {
            if (const auto name = run_of(object)) add(*name, std::move(object));
        });
        for (auto& [key, run] : found_) {
            judge(run);
            find_by_repetition(run);
            std::ranges::sort(run.objects, {}, &ipc_object::title);
            scan_.runs.push_back(std::move(run));
        }
        return std::move(scan_);
    }

private:
    run_entry& entry(const std::string& name, uid_t owner, std::int64_t since_s) {
        run_entry& run = found_[{name, owner}];
        run.name = name;
        run.owner = owner;
        run.since_s = std::max(run.since_s, since_s);
        std::from_chars(name.data() + run_prefix.size(), name.data() + name.size(), run.pid);
        return run;
    }

    void add(const std::string& name, ipc_object object) {
        entry(name, object.owner, object.since_s).objects.push_back(std::move(object));
    }

    void find_folders() {
        std::error_code refused;
        fs::directory_iterator folders(options_.root, refused);
        if (refused)
            scan_.unseen.push_back(fmt::format("the runs' folders in {}: {}",
                                               options_.root.string(), refused.message()));
        for (const auto& each : folders) {
            const std::string name = each.path().filename();
            struct stat state {};
            if (run_name_in(name) != name || ::lstat(each.path().c_str(), &state) != 0 ||
                !S_ISDIR(state.st_mode))
                continue;
            run_entry& run = entry(name, state.st_uid, state.st_ctime);
            run.folder = each.path();
            run.folder_files = files_below(run.folder).size();
        }
    }

    /// What no name leads to, or no list shows: the folder of each repetition tells how its objects
    /// would be called.
    void find_by_repetition(run_entry& run) const {
        if (run.folder.empty()) return;
        std::error_code ignored;
        for (const auto& each : fs::directory_iterator(run.folder, ignored)) {
            if (!each.is_directory(ignored)) continue;
            const std::string repetition = run.name + "-" + each.path().filename().string();
            add_objects_of(repetition, run);
            for (const auto& channel : fs::directory_iterator(each.path(), ignored))
                if (channel.is_directory(ignored))
                    add_objects_of(channel_name(repetition, channel.path().filename().string()),
                                   run);
        }
    }

    void add_objects_of(const std::string& name, run_entry& run) const {
        for (const run_object_kind& row : run_object_kinds())
            for (auto& object : row.of_repetition(name, options_.places))
                if (is_of(object, run) &&
                    std::ranges::find(run.objects, object) == run.objects.end())
                    run.objects.push_back(std::move(object));
    }

    static bool is_of(const ipc_object& object, const run_entry& run) {
        struct stat lock {};
        if (!object.numbered()) return object.owner == run.owner;
        return run.lock && ::fstat(run.lock.get(), &lock) == 0 &&
               made_by_run(object, run.owner, lock.st_mtime);
    }

    static void judge(run_entry& run) {
        if (!run.folder.empty() && judge_by_lock(run)) return;
        judge_by_process(run);
    }

    /// false: there is no lock file.
    static bool judge_by_lock(run_entry& run) {
        const unique_fd folder(
            ::open(run.folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        unique_fd lock(::openat(folder.get(), std::string(lock_name).c_str(),
                                O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        struct stat state {};
        if (!lock && errno == ENOENT && folder) return false;
        if (!lock || ::fstat(lock.get(), &state) != 0 || !S_ISREG(state.st_mode) ||
            state.st_uid != run.owner) {
            run.why = "its lock can only be looked at by its owner and root";
        } else if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) {
            run.is = liveness::dead;
            run.why = "nobody holds its lock";
            run.lock = std::move(lock);
        } else {
            run.is = liveness::living;
            run.why = "it holds its lock";
        }
        return true;
    }

    /// The folder may lie elsewhere (another TMPDIR), or not yet have its lock.
    static void judge_by_process(run_entry& run) {
        constexpr std::int64_t time_to_be_born_s = 60;
        const auto holders = holders_of(fmt::format("/{}/{}", run.name, lock_name));
        const bool exists = ::kill(run.pid, 0) == 0 || errno == EPERM;
        if (!holders.empty()) {
            run.is = liveness::living;
            run.why = fmt::format("process {} holds its lock", holders.front());
        } else if (exists) {
            run.why = fmt::format("there is a process {}, and no lock of it to be seen", run.pid);
        } else if (!sees_every_process()) {
            run.why = "its process may be in another container";
        } else if (!run.folder.empty() && std::time(nullptr) - run.since_s < time_to_be_born_s) {
            run.why = "its folder has no lock yet";
        } else {
            run.is = liveness::dead;
            run.why = fmt::format("process {} is gone", run.pid);
        }
    }

    /// Whether this is the first process namespace, in which all others are visible.
    static bool sees_every_process() {
        std::error_code ignored;
        // The kernel's PROC_PID_INIT_INO.
        return fs::read_symlink("/proc/self/ns/pid", ignored) == "pid:[4026531836]";
    }

    const scan_options& options_;
    std::map<identity, run_entry> found_;
    run_scan scan_;
};

/// The lock goes last and comes back where the folder cannot go: without it nobody could tell any
/// more that the run is dead.
std::string remove_folder(const fs::path& folder) {
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed))
        if (!failed && entry.path().filename() != lock_name) fs::remove_all(entry.path(), failed);
    if (failed) return failed.message();
    fs::remove(folder / lock_name, failed);
    if (!failed) fs::remove(folder, failed);
    if (failed)
        const unique_fd lock(
            ::open((folder / lock_name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    return failed ? failed.message() : "";
}

}  // namespace

scan_options usual_scan() {
    return {temporary_root()};
}

run_scan scan_runs(const scan_options& options) {
    return scanner(options).run();
}

std::vector<removal> remove_run(run_entry& run) {
    if (run.is != liveness::dead) throw std::logic_error(run.name + " is not known to be dead");
    std::vector<removal> done;
    for (const auto& object : run.objects)
        done.push_back({object.title(), run_object_kind_of(object).remove(object)});
    if (run.folder.empty()) return done;
    done.push_back({"folder " + run.folder.string(), remove_folder(run.folder)});
    return done;
}

}  // namespace ipcmark
