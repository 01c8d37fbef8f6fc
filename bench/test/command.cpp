#include "bench/test/command.hpp"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <ios>
#include <iterator>
#include <signal.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace ipcmark::test {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

namespace {

constexpr auto glance = std::chrono::milliseconds(2);

bool is_number(const std::string& text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<pid_t> all_processes() {
    std::vector<pid_t> pids;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc", ignored))
        if (const std::string name = entry.path().filename(); is_number(name))
            pids.push_back(static_cast<pid_t>(std::stoi(name)));
    return pids;
}

/// Empty where the process has gone, also while it is read.
std::string proc_text(pid_t pid, const char* file) {
    try {
        return read_file(fs::path("/proc") / std::to_string(pid) / file);
    } catch (const std::ios_base::failure&) {
        return {};
    }
}

/// The children of `parent` that are ipcmark itself, exec'ed.
std::vector<pid_t> workers_of(pid_t parent) {
    std::vector<pid_t> workers;
    std::istringstream children(
        proc_text(parent, ("task/" + std::to_string(parent) + "/children").c_str()));
    for (pid_t pid = 0; children >> pid;)
        if (proc_text(pid, "cmdline").starts_with(std::string("ipcmark\0worker", 14)))
            workers.push_back(pid);
    return workers;
}

void redirect(const fs::path& file, int to) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || ::dup2(fd, to) < 0) ::_exit(126);
    ::close(fd);
}

/// 0, which the kernel writes for nobody, included.
bool is_gone(pid_t pid) {
    return pid <= 0 || (::kill(pid, 0) != 0 && errno == ESRCH);
}

/// "ipcmark-<pid>-..." whose process is gone.
bool is_orphan(std::string name) {
    for (const std::string prefix : {"sem.", "/"})
        if (name.starts_with(prefix)) name.erase(0, prefix.size());
    constexpr std::string_view ours = "ipcmark-";
    if (!name.starts_with(ours)) return false;
    const auto pid = static_cast<pid_t>(std::atoi(name.c_str() + ours.size()));
    return pid > 0 && is_gone(pid);
}

void add_orphans(const fs::path& folder, std::set<std::string>& to) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
        if (const std::string name = entry.path().filename(); is_orphan(name))
            to.insert((folder / name).string());
}

/// Message queues where nothing shows them: through a mount of our own that nobody else sees.
void add_hidden_queues(std::set<std::string>& to) {
    static const std::string look = "unshare -m sh -c 'mount -t mqueue none /mnt && ls /mnt'";
    static const bool able = ::geteuid() == 0 && possible(look);
    if (!able) return;
    FILE* list = ::popen(look.c_str(), "r");
    char line[512];
    while (list != nullptr && std::fgets(line, sizeof line, list) != nullptr) {
        std::string name = line;
        name.erase(name.find_last_not_of('\n') + 1);
        if (is_orphan(name)) to.insert("mqueue " + name);
    }
    if (list != nullptr) ::pclose(list);
}

/// Those whose maker (of a queue: last sender) has gone, as far as the kernel notes one.
void add_sysv(std::set<std::string>& to) {
    for (const std::string kind : {"shm", "msg", "sem"}) {
        std::istringstream table(read_file("/proc/sysvipc/" + kind));
        std::string line;
        std::getline(table, line);
        std::istringstream header(line);
        const std::vector<std::string> columns{std::istream_iterator<std::string>(header), {}};
        while (std::getline(table, line)) {
            std::istringstream row(line);
            const std::vector<std::string> values{std::istream_iterator<std::string>(row), {}};
            bool orphan = values.size() > 1;
            for (std::size_t i = 0; i < std::min(columns.size(), values.size()); ++i)
                if (columns[i] == "cpid" || columns[i] == "lspid")
                    orphan = orphan && is_gone(std::atoi(values[i].c_str()));
            if (orphan) to.insert(kind + ' ' + values[1]);  // after the key, the identifier
        }
    }
}

}  // namespace

std::string read_file(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

running::running(pid_t pid, fs::path out, fs::path err)
    : pid_(pid), out_(std::move(out)), err_(std::move(err)) {}

running::running(running&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)),
      status_(other.status_) {}

running::~running() {
    if (pid_ <= 0 || over()) return;
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void running::signal(int number) const {
    ::kill(pid_, number);
}

bool running::over() {
    int status = 0;
    if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
    return status_.has_value();
}

std::vector<pid_t> running::wait_for_workers(std::size_t count) {
    const auto end = steady_clock::now() + std::chrono::seconds(20);
    while (steady_clock::now() < end && !over()) {
        if (auto found = workers_of(pid_); found.size() >= count) return found;
        std::this_thread::sleep_for(glance);
    }
    return {};
}

outcome running::wait(std::chrono::milliseconds limit) {
    const auto end = steady_clock::now() + limit;
    while (!over() && steady_clock::now() < end)
        std::this_thread::sleep_for(glance);
    outcome result;
    if (!over()) {
        result.timed_out = true;
        ::kill(-pid_, SIGKILL);
        int status = 0;
        ::waitpid(pid_, &status, 0);
        status_ = status;
    }
    result.code = WIFEXITED(*status_) ? WEXITSTATUS(*status_) : 128 + WTERMSIG(*status_);
    result.out = read_file(out_);
    result.err = read_file(err_);
    return result;
}

sandbox::sandbox() {
    // Short, because socket paths lie below it.
    std::string pattern = "/tmp/ipcmark_cli.XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp in /tmp");
    folder_ = pattern;
    fs::create_directory(work());
    fs::create_directory(tmp());
    const char* path = std::getenv("PATH");
    set("PATH", fs::path(IPCMARK_PROGRAM).parent_path().string() + ':' +
                    (path == nullptr ? "/usr/bin:/bin" : path));
    set("TMPDIR", tmp());
    // Tests that run beside this one are none of its business.
    set("IPCMARK_LOCKS", folder_ / "locks");
    set("LC_ALL", "C");
    set("TERM", "xterm");
}

sandbox::~sandbox() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

running sandbox::start(const std::string& line) {
    const fs::path out = folder_ / ("out" + std::to_string(commands_));
    const fs::path err = folder_ / ("err" + std::to_string(commands_++));
    const std::string program = "exec " + line;
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("fork");
    if (pid > 0) return {pid, out, err};
    ::setsid();
    redirect("/dev/null", STDIN_FILENO);
    redirect(out, STDOUT_FILENO);
    redirect(err, STDERR_FILENO);
    for (const auto& [name, value] : environment_)
        ::setenv(name.c_str(), value.c_str(), 1);
    if (::chdir(work().c_str()) != 0) ::_exit(126);
    ::execl("/bin/sh", "sh", "-c", program.c_str(), nullptr);
    ::_exit(127);
}

outcome sandbox::run(const std::string& line, std::chrono::milliseconds limit) {
    // A second shell, so that `line` may be anything and not only one program.
    set("IPCMARK_TEST_LINE", line);
    return start("/bin/sh -c \"$IPCMARK_TEST_LINE\"").wait(limit);
}

void sandbox::write(const std::string& file, const std::string& text) const {
    std::ofstream(work() / file, std::ios::binary) << text;
}

std::string sandbox::read(const std::string& file) const {
    return read_file(work() / file);
}

std::vector<std::string> sandbox::files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(work()))
        names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<pid_t> sandbox::processes() const {
    const std::string mark = '\0' + ("TMPDIR=" + tmp().string()) + '\0';
    std::vector<pid_t> found;
    for (const pid_t pid : all_processes())
        if (('\0' + proc_text(pid, "environ")).find(mark) != std::string::npos)
            found.push_back(pid);
    return found;
}

std::set<std::string> orphaned_objects() {
    std::set<std::string> objects;
    add_orphans("/dev/shm", objects);
    add_orphans("/dev/mqueue", objects);
    add_hidden_queues(objects);
    add_sysv(objects);
    return objects;
}

bool possible(const std::string& line) {
    return std::system((line + " >/dev/null 2>&1").c_str()) == 0;
}

}  // namespace ipcmark::test
