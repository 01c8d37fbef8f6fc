#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "harness/base/posix/unique_fd.hpp"

namespace ipcmark {

/// How a child ended.
struct child_end {
    bool exited = false;  // false: killed by `signal`
    int code = 0;
    int signal = 0;
    std::string text() const;  // "exit code 3", "killed by SIGKILL"
};

/// One spawned process. The destructor kills and reaps it, so none is ever left behind.
class child {
public:
    /// posix_spawn of this very executable. `inherited` lists descriptors and the number that each
    /// has in the child; every other descriptor above 2 is closed there. Signal mask and
    /// dispositions are reset. `more_environment` ("NAME=value") comes before this process's own.
    /// Throws call_failed.
    static child spawn_self(const std::vector<std::string>& arguments,
                            const std::vector<std::pair<int, int>>& inherited,
                            const std::vector<std::string>& more_environment = {});
    /// The same of another executable of ours, by its path.
    static child spawn_own(const std::string& path, const std::vector<std::string>& arguments,
                           const std::vector<std::pair<int, int>>& inherited,
                           const std::vector<std::string>& more_environment = {});

    /// Another program, found on the PATH; arguments[0] is its name. It gets `inherited` alone,
    /// /dev/null for those of 0 to 2 that are not among it, and SIGKILL when the thread that calls
    /// this ends, however that is. Throws call_failed, also when the program cannot be executed.
    /// `cpu`: where it is pinned; -1: nowhere. `before_exec` is called with its number while it
    /// waits for its exec.
    static child spawn_program(const std::vector<std::string>& arguments,
                               const std::vector<std::pair<int, int>>& inherited, int cpu = -1,
                               const std::function<void(pid_t)>& before_exec = {});

    child(child&& other) noexcept
        : pid_(std::exchange(other.pid_, -1)),
          pidfd_(std::move(other.pidfd_)),
          end_(other.end_),
          used_(other.used_) {}
    child& operator=(child&&) = delete;
    ~child();

    pid_t pid() const noexcept { return pid_; }
    /// Readable once the process has ended; for poll.
    int pidfd() const noexcept { return pidfd_.get(); }
    bool running();
    void kill() noexcept;
    /// A signal to its process group: to it and what it forked, unless it was reaped.
    void signal_group(int number) noexcept;
    /// Blocks until it has ended by itself, and reaps. Idempotent.
    child_end wait();
    /// Kills if need be, reaps, and tells how it ended. Idempotent.
    child_end finish();
    /// Reaps if it has ended; nullopt while it runs. Never blocks.
    std::optional<child_end> try_reap();
    /// How it ended without reaping it, so that its number stays its own; nullopt while it runs.
    std::optional<child_end> peek() const;
    /// What it and the children that it waited for have used; nullopt before it was reaped.
    const std::optional<rusage>& used() const noexcept { return used_; }

private:
    child(pid_t pid, unique_fd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
    bool reap(int options);
    pid_t pid_ = -1;
    unique_fd pidfd_;
    std::optional<child_end> end_;
    std::optional<rusage> used_;
};

/// Where the PATH has a program of this name; a name with a slash is a path.
std::optional<std::filesystem::path> find_program(const std::string& name);

}  // namespace ipcmark
