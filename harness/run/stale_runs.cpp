#include "harness/run/stale_runs.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <map>
#include <mqueue.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <system_error>

#include "harness/base/object_names.hpp"
#include "harness/base/posix/sysv.hpp"
#include "harness/base/run_names.hpp"
#include "harness/host/ipc/descriptors.hpp"

namespace ipcmark {

namespace fs = std::filesystem;

namespace {

using kind = ipc_object::kind;

/// Two users may own the same name; neither may have the other's objects taken for left over.
using identity = std::pair<std::string, uid_t>;

class surveyor {
public:
    explicit surveyor(const survey_ground& ground) : ground_(ground) {}

    run_survey run() {
        find_folders();
        find_shared_memory();
        for (auto& queue : message_queues())
            if (const auto name = run_name_in(queue.name.substr(1))) add(*name, std::move(queue));
        for (auto& [key, run] : found_) {
            judge(run);
            find_by_repetition(run);
            std::ranges::sort(run.objects, {}, &ipc_object::title);
            survey_.runs.push_back(std::move(run));
        }
        return std::move(survey_);
    }

private:
    known_run& entry(const std::string& name, uid_t owner, std::int64_t since_s) {
        known_run& run = found_[{name, owner}];
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
        fs::directory_iterator folders(ground_.root, refused);
        if (refused)
            survey_.unseen.push_back(fmt::format("the runs' folders in {}: {}",
                                                 ground_.root.string(), refused.message()));
        for (const auto& each : folders) {
            const std::string name = each.path().filename();
            struct stat state {};
            if (run_name_in(name) != name || ::lstat(each.path().c_str(), &state) != 0 ||
                !S_ISDIR(state.st_mode))
                continue;
            known_run& run = entry(name, state.st_uid, state.st_ctime);
            run.folder = each.path();
            run.folder_files = files_below(run.folder).size();
        }
    }

    /// Folders there count as one object: some mechanisms keep files of their own in one.
    void find_shared_memory() {
        std::error_code ignored;
        for (const auto& each : fs::directory_iterator(ground_.shared_memory, ignored)) {
            std::string file = each.path().filename();
            constexpr std::string_view semaphore = "sem.";
            const bool is_semaphore = file.starts_with(semaphore);
            if (is_semaphore) file.erase(0, semaphore.size());
            const auto name = run_name_in(file);
            struct stat state {};
            if (!name || ::lstat(each.path().c_str(), &state) != 0) continue;
            constexpr unsigned permission_bits = 0777;
            ipc_object object{is_semaphore ? kind::semaphore : kind::file, each.path(),
                              state.st_mode & permission_bits, state.st_uid};
            object.since_s = state.st_ctime;
            if (S_ISDIR(state.st_mode))
                object.state = fmt::format("{} files", files_below(each.path()).size());
            else
                object.bytes = static_cast<std::uint64_t>(state.st_size);
            add(*name, std::move(object));
        }
    }

    /// What cannot be looked for by the beginning of a name: the folder of each repetition tells
    /// how its objects would be called.
    void find_by_repetition(known_run& run) const {
        if (run.folder.empty()) return;
        std::error_code ignored;
        for (const auto& each : fs::directory_iterator(run.folder, ignored)) {
            if (!each.is_directory(ignored)) continue;
            const std::string repetition = run.name + "-" + each.path().filename().string();
            find_system_v(run, repetition);
            if (!queues_visible_) find_queues(run, repetition);
        }
    }

    static void find_queues(known_run& run, const std::string& repetition) {
        for (const auto which : {direction::forward, direction::backward}) {
            auto queue = find_message_queue("/" + directed_name(repetition, which));
            if (queue && queue->owner == run.owner) run.objects.push_back(std::move(*queue));
        }
    }

    /// An object that is older than the run has its key by chance. The kernel dates these objects
    /// by whole seconds of a clock that lags the file system's by up to a tick, so an object that
    /// was made after the lock can bear the second before it.
    void find_system_v(known_run& run, const std::string& repetition) const {
        constexpr std::int64_t coarse_clock_s = 1;
        struct stat lock {};
        if (!run.lock || ::fstat(run.lock.get(), &lock) != 0) return;
        for (unsigned slot = 0; slot < sysv_slots; ++slot)
            for (const auto& object : system_v_)
                if (object.key == sysv_key(repetition, slot) && object.owner == run.owner &&
                    object.since_s + coarse_clock_s >= lock.st_mtime)
                    run.objects.push_back(object);
    }

    static void judge(known_run& run) {
        if (!run.folder.empty() && judge_by_lock(run)) return;
        judge_by_process(run);
    }

    /// false: there is no lock file.
    static bool judge_by_lock(known_run& run) {
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
            run.is = fate::dead;
            run.why = "nobody holds its lock";
            run.lock = std::move(lock);
        } else {
            run.is = fate::living;
            run.why = "it holds its lock";
        }
        return true;
    }

    /// The folder may lie elsewhere (another TMPDIR), or not yet have its lock.
    static void judge_by_process(known_run& run) {
        constexpr std::int64_t time_to_be_born_s = 60;
        const auto holders = holders_of(fmt::format("/{}/{}", run.name, lock_name));
        const bool exists = ::kill(run.pid, 0) == 0 || errno == EPERM;
        if (!holders.empty()) {
            run.is = fate::living;
            run.why = fmt::format("process {} holds its lock", holders.front());
        } else if (exists) {
            run.why = fmt::format("there is a process {}, and no lock of it to be seen", run.pid);
        } else if (!sees_every_process()) {
            run.why = "its process may be in another container";
        } else if (!run.folder.empty() && std::time(nullptr) - run.since_s < time_to_be_born_s) {
            run.why = "its folder has no lock yet";
        } else {
            run.is = fate::dead;
            run.why = fmt::format("process {} is gone", run.pid);
        }
    }

    /// Whether this is the first process namespace, in which all others are visible.
    static bool sees_every_process() {
        std::error_code ignored;
        // The kernel's PROC_PID_INIT_INO.
        return fs::read_symlink("/proc/self/ns/pid", ignored) == "pid:[4026531836]";
    }

    const survey_ground& ground_;
    const bool queues_visible_ = message_queues_visible();
    const std::vector<ipc_object> system_v_ = system_v_objects();
    std::map<identity, known_run> found_;
    run_survey survey_;
};

int remove_system_v(kind what, int id) {
    if (what == kind::sysv_shm) return ::shmctl(id, IPC_RMID, nullptr);
    if (what == kind::sysv_msg) return ::msgctl(id, IPC_RMID, nullptr);
    return ::semctl(id, 0, IPC_RMID);
}

/// Why it could not be removed; empty: it is gone, by whoever.
std::string remove_object(const ipc_object& object) {
    int result = 0;
    std::error_code failed;
    switch (object.what) {
        case kind::queue:
            result = ::mq_unlink(object.name.c_str());
            break;
        case kind::sysv_shm:
        case kind::sysv_msg:
        case kind::sysv_sem:
            result = remove_system_v(object.what, std::stoi(object.name));
            break;
        default:
            fs::remove_all(object.name, failed);
            return failed ? failed.message() : "";
    }
    return result == 0 || errno == ENOENT || errno == EINVAL || errno == EIDRM
               ? ""
               : std::strerror(errno);
}

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

survey_ground usual_ground() {
    return {temporary_root()};
}

run_survey survey_runs(const survey_ground& ground) {
    return surveyor(ground).run();
}

std::vector<removal> remove_run(known_run& run) {
    if (run.is != fate::dead) throw std::logic_error(run.name + " is not known to be dead");
    std::vector<removal> done;
    for (const auto& object : run.objects)
        done.push_back({object.title(), remove_object(object)});
    if (run.folder.empty()) return done;
    done.push_back({"folder " + run.folder.string(), remove_folder(run.folder)});
    return done;
}

std::optional<std::string> run_name_in(std::string_view object_name) {
    if (!object_name.starts_with(run_prefix)) return std::nullopt;
    const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
    const auto is_letter = [](unsigned char c) { return std::isalnum(c) != 0; };
    const char* const end = object_name.data() + object_name.size();
    const char* const pid = object_name.data() + run_prefix.size();
    const char* const dash = std::find_if_not(pid, end, is_digit);
    constexpr std::ptrdiff_t random_letters = 6;  // of mkdtemp(3)
    if (dash == pid || end - dash <= random_letters || *dash != '-') return std::nullopt;
    const char* const name_end = dash + 1 + random_letters;
    if (!std::all_of(dash + 1, name_end, is_letter)) return std::nullopt;
    if (name_end != end && *name_end != '-' && *name_end != '.') return std::nullopt;
    return std::string(object_name.data(), name_end);
}

}  // namespace ipcmark
