#include "harness/run/interrupt.hpp"

#include <array>
#include <csignal>
#include <pthread.h>
#include <sys/signalfd.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark {

namespace {
/// From a terminal, and what batch systems and time limits send before they kill.
constexpr std::array ends_a_run{SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU};

/// What whoever started this has ignored (nohup) is no request: a blocked signal would be read all
/// the same. Ctrl-C and a kill always are.
bool is_ignored(int signal) {
    struct sigaction now {};
    return signal != SIGINT && signal != SIGTERM && ::sigaction(signal, nullptr, &now) == 0 &&
           now.sa_handler == SIG_IGN;
}

sigset_t watched() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : ends_a_run)
        if (!is_ignored(signal)) ::sigaddset(&set, signal);
    return set;
}
}  // namespace

interrupt_watch::interrupt_watch() {
    const sigset_t set = watched();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    fd_.reset(checked(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd"));
}

interrupt_watch::~interrupt_watch() {
    pending();  // takes a late signal, which unblocking would otherwise deliver
    const sigset_t set = watched();
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

bool interrupt_watch::pending() {
    signalfd_siginfo info{};
    while (::read(fd_.get(), &info, sizeof info) == sizeof info)
        seen_.store(true, std::memory_order_relaxed);
    return seen_.load(std::memory_order_relaxed);
}

}  // namespace ipcmark
