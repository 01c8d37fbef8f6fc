#pragma once

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sched.h>
#include <string>
#include <sys/signalfd.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/endpoints/wakeups/wakeup.hpp"

namespace ipcmark {

/// The other worker's process number, as it tells it.
inline pid_t exchange_pids(setup& cell) {
    cell.peer.tell(std::to_string(::getpid()));
    return static_cast<pid_t>(std::stol(cell.peer.hear()));
}

/// Blocks a signal for the rest of the process's life, so that one which comes late cannot end it.
inline void block_signal(int number) {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, number);
    checked(::sigprocmask(SIG_BLOCK, &set, nullptr), "sigprocmask");
}

/// A signal that is blocked and taken by sigwaitinfo(2). Number is a standard signal: those
/// pending coalesce into one, so it is a doorbell, not a counter.
class signal_doorbell {
public:
    using shared = nothing_shared;

    signal_doorbell(setup& cell, direction which, shared&)
        : number_(which == direction::forward ? SIGUSR1 : SIGUSR2) {
        ::sigemptyset(&awaited_);
        ::sigaddset(&awaited_, number_);
        block_signal(number_);
        peer_ = exchange_pids(cell);
    }

    void post() { checked(::kill(peer_, number_), "kill"); }

    bool wait() {
        while (::sigwaitinfo(&awaited_, nullptr) < 0)
            if (errno != EINTR) throw_errno("sigwaitinfo");
        return true;
    }

private:
    int number_;
    sigset_t awaited_;
    pid_t peer_ = 0;
};

/// kill(2) and a handler that runs while ppoll(2) sleeps with the signal unblocked: sigsuspend(2)
/// with a time limit. Signals that are pending together arrive as one: lossy.
class signal_handler_wakeup {
public:
    using shared = nothing_shared;

    signal_handler_wakeup(setup& cell, direction which, shared&)
        : number_(which == direction::forward ? SIGUSR1 : SIGUSR2) {
        block_signal(number_);
        struct sigaction action {};
        action.sa_handler = [](int number) { handled(number) = handled(number) + 1; };
        checked(::sigaction(number_, &action, nullptr), "sigaction");
        checked(::sigprocmask(SIG_BLOCK, nullptr, &while_asleep_), "sigprocmask");
        ::sigdelset(&while_asleep_, number_);
        peer_ = exchange_pids(cell);
    }

    void post() { checked(::kill(peer_, number_), "kill"); }

    bool wait() {
        constexpr timespec limit{0, long{loss_timeout_ms} * 1'000'000};
        while (handled(number_) == taken_) {
            const int ready = ::ppoll(nullptr, 0, &limit, &while_asleep_);
            if (ready == 0) return false;
            if (errno != EINTR) throw_errno("ppoll");
        }
        taken_ = handled(number_);
        return true;
    }

private:
    /// A handler has no object to go to. One signal a direction, one endpoint a process.
    static volatile std::sig_atomic_t& handled(int number) {
        static volatile std::sig_atomic_t counts[2];
        return counts[number == SIGUSR1 ? 0 : 1];
    }

    int number_;
    sigset_t while_asleep_;
    pid_t peer_ = 0;
    std::sig_atomic_t taken_ = 0;
};

/// Real-time signals are queued one by one, in order, up to RLIMIT_SIGPENDING; signal(7).
inline int real_time_signal(direction which) {
    return SIGRTMIN + (which == direction::forward ? 1 : 2);
}

/// Queues one real-time signal with its value; polls where the peer's queue is full.
inline void queue_signal(pid_t peer, int number, sigval value) {
    while (::sigqueue(peer, number, value) < 0) {
        if (errno != EAGAIN) throw_errno("sigqueue");
        ::sched_yield();
    }
}

/// A real-time signal, read from a signalfd(2).
class signalfd_wakeup {
public:
    using shared = nothing_shared;

    signalfd_wakeup(setup& cell, direction which, shared&) : number_(real_time_signal(which)) {
        block_signal(number_);
        sigset_t set;
        ::sigemptyset(&set);
        ::sigaddset(&set, number_);
        fd_.reset(checked(::signalfd(-1, &set, SFD_CLOEXEC), "signalfd"));
        peer_ = exchange_pids(cell);
    }

    void post() { queue_signal(peer_, number_, {}); }

    bool wait() {
        signalfd_siginfo info;
        while (::read(fd_.get(), &info, sizeof info) < 0)
            if (errno != EINTR) throw_errno("read from signalfd");
        return true;
    }

private:
    int number_;
    unique_fd fd_;
    pid_t peer_ = 0;
};

}  // namespace ipcmark
