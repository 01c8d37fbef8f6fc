#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sstream>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/posix/child.hpp"
#include "harness/base/posix/error.hpp"

extern char** environ;

namespace ipcmark {

namespace {

/// All that the child needs between fork and exec, made before the fork: only calls that are safe
/// in the child of a process with threads remain.
struct launch_plan {
    const char* file;
    char* const* arguments;
    const std::pair<int, int>* inherited;
    std::size_t count;
    int complaints;  // close-on-exec: gets the errno of what failed
    int gate_end;    // the starter's; -1: there is no gate
    int gate;        // close-on-exec: ends when it may go on; -1: at once
    pid_t starter;
    int cpu;  // -1: it may run anywhere
};

[[noreturn]] void complain(int to) {
    const int error = errno;
    [[maybe_unused]] const auto written = ::write(to, &error, sizeof error);
    ::_exit(127);
}

void reset_signals() {
    for (int number = 1; number < NSIG; ++number)
        ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Two steps, so that no source is overwritten before it has been copied.
bool arrange_descriptors(const launch_plan& plan, int& complaints, int& gate) {
    constexpr int above_all_targets = 64;
    constexpr std::size_t at_most = 16;
    std::array<int, at_most> parked{};
    if (plan.count > at_most) return false;
    complaints = ::fcntl(complaints, F_DUPFD_CLOEXEC, above_all_targets);
    // Of its own pipe the child must not hold the end that ends it.
    if (plan.gate_end >= 0) ::close(plan.gate_end);
    if (gate >= 0) gate = ::fcntl(gate, F_DUPFD_CLOEXEC, above_all_targets);
    for (std::size_t i = 0; i < plan.count; ++i)
        parked[i] = ::fcntl(plan.inherited[i].first, F_DUPFD_CLOEXEC, above_all_targets);
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int standard = 0; standard <= 2; ++standard)
        if (::dup2(nothing, standard) < 0) return false;
    // Everything else goes with the exec.
    ::syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC);
    for (std::size_t i = 0; i < plan.count; ++i)
        if (::dup2(parked[i], plan.inherited[i].second) < 0) return false;
    return true;
}

bool pin_this_thread(int cpu) {
    cpu_set_t only;
    CPU_ZERO(&only);
    if (cpu >= CPU_SETSIZE) return true;  // the program is told its CPU, too
    CPU_SET(static_cast<std::size_t>(cpu), &only);
    return ::sched_setaffinity(0, sizeof only, &only) == 0;
}

[[noreturn]] void become(const launch_plan& plan) {
    int complaints = plan.complaints;
    int gate = plan.gate;
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) complain(complaints);
    if (::getppid() != plan.starter) ::_exit(127);  // it went before the line above took hold
    ::setpgid(0, 0);                                // Ctrl-C reaches the starter alone
    reset_signals();
    if (!arrange_descriptors(plan, complaints, gate)) complain(complaints);
    if (plan.cpu >= 0 && !pin_this_thread(plan.cpu)) complain(complaints);
    char end = 0;
    while (gate >= 0 && ::read(gate, &end, 1) < 0 && errno == EINTR) {
    }
    ::execve(plan.file, plan.arguments, environ);
    complain(complaints);
}

}  // namespace

std::optional<std::filesystem::path> find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) {
        if (::access(name.c_str(), X_OK) != 0) return std::nullopt;
        return name;
    }
    const char* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const auto file = std::filesystem::path(folder.empty() ? "." : folder) / name;
        if (::access(file.c_str(), X_OK) == 0) return file;
    }
    return std::nullopt;
}

child child::spawn_program(const std::vector<std::string>& arguments,
                           const std::vector<std::pair<int, int>>& inherited, int cpu,
                           const std::function<void(pid_t)>& before_exec) {
    const auto file = find_program(arguments.front());
    if (!file) throw call_failed(ENOENT, "find " + arguments.front(), "it is not on the PATH");
    std::vector<char*> pointers;
    for (const auto& argument : arguments)
        pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    int ends[2];
    checked(::pipe2(ends, O_CLOEXEC), "pipe2");
    const unique_fd complaints(ends[0]);
    unique_fd complaining(ends[1]);
    int gate_ends[2] = {-1, -1};
    if (before_exec) checked(::pipe2(gate_ends, O_CLOEXEC), "pipe2");
    unique_fd gate(gate_ends[0]);
    unique_fd gate_opens(gate_ends[1]);
    const launch_plan plan{file->c_str(),    pointers.data(), inherited.data(),
                           inherited.size(), ends[1],         gate_ends[1],
                           gate_ends[0],     ::getpid(),      cpu};
    const pid_t pid = checked(::fork(), "fork");
    if (pid == 0) become(plan);
    child result(pid, unique_fd());
    result.pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!result.pidfd_)
        throw_errno("pidfd_open", "needs Linux 5.3 and a free descriptor (ulimit -n)");
    if (before_exec) before_exec(pid);
    gate_opens.reset();
    complaining.reset();
    int error = 0;
    ssize_t got = 0;
    do {
        got = ::read(complaints.get(), &error, sizeof error);  // the end of file is the exec
    } while (got < 0 && errno == EINTR);
    if (got == sizeof error) throw call_failed(error, "execve " + file->string());
    return result;
}

}  // namespace ipcmark
