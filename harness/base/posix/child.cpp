#include "harness/base/posix/child.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <linux/close_range.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "harness/base/posix/error.hpp"

extern char** environ;

namespace ipcmark {

namespace {

/// posix_spawn file actions and attributes with their destructors.
class spawn_recipe {
public:
    spawn_recipe() {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
    }
    ~spawn_recipe() {
        ::posix_spawnattr_destroy(&attributes_);
        ::posix_spawn_file_actions_destroy(&actions_);
    }
    spawn_recipe(const spawn_recipe&) = delete;
    spawn_recipe& operator=(const spawn_recipe&) = delete;

    void inherit(const std::vector<std::pair<int, int>>& descriptors) {
        // Two steps, so that no source is overwritten before it has been copied: first to numbers
        // above all targets and sources, then down to the targets.
        int parking = 3;
        for (const auto& [from, to] : descriptors)
            parking = std::max({parking, from + 1, to + 1});
        int parked = parking;
        for (const auto& [from, to] : descriptors)
            copy(from, parked++);
        parked = parking;
        int first_unused = 3;
        for (const auto& [from, to] : descriptors) {
            copy(parked++, to);
            first_unused = std::max(first_unused, to + 1);
        }
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, first_unused);
    }

    void reset_signals() {
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        // A group of its own: Ctrl-C reaches the parent alone, which then ends its workers in
        // order.
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }

    pid_t run(const std::string& path, const std::vector<std::string>& arguments,
              const std::vector<std::string>& more_environment) {
        std::vector<char*> pointers = pointers_to(arguments);
        pointers.push_back(nullptr);
        std::vector<char*> environment = pointers_to(more_environment);
        for (char** variable = environ; *variable != nullptr; ++variable)
            environment.push_back(*variable);
        environment.push_back(nullptr);
        pid_t pid = -1;
        const int error = ::posix_spawn(&pid, path.c_str(), &actions_, &attributes_,
                                        pointers.data(), environment.data());
        if (error != 0)
            throw call_failed(error, "posix_spawn of a worker", remedy_for(error, path));
        return pid;
    }

private:
    static std::string remedy_for(int error, const std::string& path) {
        const bool no_program = error == ENOENT || error == EACCES || error == ETXTBSY;
        const bool by_proc = path.starts_with("/proc/") && no_program;
        if (no_program && !by_proc) return path + " was removed, replaced or may not be executed";
        return by_proc ? "mount /proc of this process namespace: a program finds itself there"
                       : "no more processes: raise RLIMIT_NPROC (ulimit -u) or pids.max of the "
                         "control group; or free descriptors or memory";
    }

    static std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
        std::vector<char*> pointers;
        pointers.reserve(texts.size() + 1);
        for (const auto& text : texts)
            pointers.push_back(const_cast<char*>(text.c_str()));
        return pointers;
    }

    /// The C library refuses numbers beyond RLIMIT_NOFILE here and leaves the step out.
    void copy(int from, int to) {
        if (::posix_spawn_file_actions_adddup2(&actions_, from, to) != 0)
            throw call_failed(EMFILE, "no descriptor left for a worker",
                              "raise RLIMIT_NOFILE (ulimit -n)");
    }

    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

}  // namespace

std::string child_end::text() const {
    if (exited) return "exit code " + std::to_string(code);
    const char* name = ::sigabbrev_np(signal);
    return name != nullptr ? "killed by SIG" + std::string(name)
                           : "killed by signal " + std::to_string(signal);
}

child child::spawn_self(const std::vector<std::string>& arguments,
                        const std::vector<std::pair<int, int>>& inherited,
                        const std::vector<std::string>& more_environment) {
    return spawn_own("/proc/self/exe", arguments, inherited, more_environment);
}

child child::spawn_own(const std::string& path, const std::vector<std::string>& arguments,
                       const std::vector<std::pair<int, int>>& inherited,
                       const std::vector<std::string>& more_environment) {
    spawn_recipe recipe;
    recipe.inherit(inherited);
    recipe.reset_signals();
    const pid_t pid = recipe.run(path, arguments, more_environment);
    child result(pid, unique_fd());
    result.pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!result.pidfd_)
        throw_errno("pidfd_open", "needs Linux 5.3 and a free descriptor (ulimit -n)");
    return result;
}

child::~child() {
    if (pid_ > 0) finish();
}

bool child::reap(int options) {
    if (end_) return true;
    int status = 0;
    pid_t got = 0;
    rusage used{};
    do {
        got = ::wait4(pid_, &status, options, &used);
    } while (got < 0 && errno == EINTR);
    if (got == 0) return false;
    child_end end;
    end.exited = got > 0 && WIFEXITED(status);
    if (end.exited) end.code = WEXITSTATUS(status);
    if (got > 0 && WIFSIGNALED(status)) end.signal = WTERMSIG(status);
    if (got > 0) used_ = used;
    end_ = end;
    return true;
}

bool child::running() {
    return !reap(WNOHANG);
}

void child::kill() noexcept {
    if (!end_) ::kill(pid_, SIGKILL);
}

void child::signal_group(int number) noexcept {
    if (pid_ > 0 && !end_) ::kill(-pid_, number);
}

child_end child::wait() {
    reap(0);
    return *end_;
}

child_end child::finish() {
    if (!reap(WNOHANG)) {
        kill();
        reap(0);
    }
    return *end_;
}

std::optional<child_end> child::try_reap() {
    reap(WNOHANG);
    return end_;
}

std::optional<child_end> child::peek() const {
    if (end_) return end_;
    siginfo_t info{};
    int result = 0;
    do {
        result = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    } while (result < 0 && errno == EINTR);
    if (result < 0 || info.si_pid == 0) return std::nullopt;
    if (info.si_code == CLD_EXITED) return child_end{true, info.si_status, 0};
    return child_end{false, 0, info.si_status};
}

}  // namespace ipcmark
