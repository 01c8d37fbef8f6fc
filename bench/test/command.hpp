#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ipcmark::test {

/// How a command ended.
struct outcome {
    int code = -1;  // as the shell counts: 128 + the signal that killed it
    std::string out;
    std::string err;
    bool timed_out = false;
};

/// A command that was started and not yet waited for. The destructor kills what still runs.
class running {
public:
    running(pid_t pid, std::filesystem::path out, std::filesystem::path err);
    ~running();
    running(running&& other) noexcept;
    running& operator=(running&&) = delete;

    pid_t pid() const noexcept { return pid_; }
    void signal(int number) const;
    /// Waits until the command has at least `count` children called ipcmark; their pids, or an
    /// empty list when it ended first.
    std::vector<pid_t> wait_for_workers(std::size_t count = 2);
    outcome wait(std::chrono::milliseconds limit = std::chrono::seconds(30));

private:
    bool over();

    pid_t pid_;
    std::filesystem::path out_;
    std::filesystem::path err_;
    std::optional<int> status_;
};

/// A private folder to run commands in: `work` is their working directory, `tmp` their TMPDIR, and
/// ipcmark is on their PATH. The destructor removes it.
class sandbox {
public:
    sandbox();
    ~sandbox();
    sandbox(const sandbox&) = delete;
    sandbox& operator=(const sandbox&) = delete;

    std::filesystem::path work() const { return folder_ / "work"; }
    std::filesystem::path tmp() const { return folder_ / "tmp"; }
    /// For the commands to come.
    void set(const std::string& variable, const std::string& value) {
        environment_[variable] = value;
    }

    /// Runs a command line through /bin/sh.
    outcome run(const std::string& line,
                std::chrono::milliseconds limit = std::chrono::seconds(30));
    /// Starts one program (no shell construct after it), whose pid is that of the result.
    running start(const std::string& line);

    void write(const std::string& file, const std::string& text) const;
    std::string read(const std::string& file) const;
    /// The names in `work`, sorted.
    std::vector<std::string> files() const;
    /// Processes that inherited this sandbox's TMPDIR.
    std::vector<pid_t> processes() const;

private:
    std::filesystem::path folder_;
    std::map<std::string, std::string> environment_;
    int commands_ = 0;
};

/// The system's IPC objects that dead ipcmark processes own (their names carry the pid), and those
/// of SysV's whose maker is not known to live: POSIX shared memory, semaphores and message queues,
/// `ipcs`.
std::set<std::string> orphaned_objects();

/// Whether a command line works here, such as `unshare -m true`.
bool possible(const std::string& line);

std::string read_file(const std::filesystem::path& file);

}  // namespace ipcmark::test
