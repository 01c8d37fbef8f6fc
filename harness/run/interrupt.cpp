#include "harness/run/interrupt.hpp"

#include <csignal>
#include <pthread.h>
#include <sys/signalfd.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark {

namespace {
sigset_t watched() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        ::sigaddset(&set, signal);
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
