#pragma once

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <liburing.h>
#include <optional>
#include <stdexcept>
#include <string>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/text_file.hpp"

namespace ipcmark {

/// Who takes submissions off the queue.
enum class uring_submission {
    by_call,  // io_uring_enter(2), which also runs completions (DEFER_TASKRUN)
    /// A thread of the kernel polls for them (SQPOLL). It inherits its maker's CPUs: where that is
    /// a single one, the two take turns at the scheduler's ticks, milliseconds apart.
    by_kernel_thread,
};

/// One io_uring instance, used by one thread. io_uring_setup(2), liburing 2.3.
class uring {
public:
    /// After this long without a submission the kernel's polling thread goes to sleep.
    static constexpr unsigned poll_idle_ms = 1;  // of which the kernel makes a whole clock tick

    struct completion {
        std::uint64_t data = 0;  // of the submission that it answers
        int result = 0;          // as of the system call, a negative errno when it failed
    };

    /// Why no instance can be made here: the sysctl, a seccomp filter, the kernel, a limit.
    static std::optional<std::string> unavailable(
        uring_submission how = uring_submission::by_call) {
        io_uring probe;
        const int error = open(probe, 8, 0, how);
        if (error != 0) return reason(error);
        ::io_uring_queue_exit(&probe);
        return std::nullopt;
    }

    /// `completions` 0: twice the submissions.
    explicit uring(unsigned submissions, unsigned completions = 0,
                   uring_submission how = uring_submission::by_call) {
        const int error = open(ring_, submissions, completions, how);
        if (error != 0) throw call_failed(error, "io_uring_queue_init", reason(error));
        // Saves a look-up per call; before Linux 5.18 it is not there and not missed.
        ::io_uring_register_ring_fd(&ring_);
    }
    ~uring() { ::io_uring_queue_exit(&ring_); }
    uring(const uring&) = delete;
    uring& operator=(const uring&) = delete;

    int fd() const noexcept { return ring_.ring_fd; }
    io_uring* get() noexcept { return &ring_; }

    /// An empty submission. There must be fewer under way than the ring was made for.
    io_uring_sqe* next() {
        io_uring_sqe* const entry = ::io_uring_get_sqe(&ring_);
        if (entry == nullptr) [[unlikely]]
            throw std::logic_error("more io_uring submissions than the queue holds");
        return entry;
    }

    void submit() {
        int error = 0;
        do {
            error = ::io_uring_submit(&ring_);
        } while (error == -EINTR);
        if (error < 0) [[unlikely]]
            throw call_failed(-error, "io_uring_submit");
    }

    /// Submits what there is and waits for a completion; blocks.
    completion complete() {
        io_uring_cqe* done = nullptr;
        for (;;) {
            const int error = ::io_uring_submit_and_wait(&ring_, 1);
            if (error < 0 && error != -EINTR) [[unlikely]]
                throw call_failed(-error, "io_uring_enter");
            if (::io_uring_peek_cqe(&ring_, &done) == 0) break;
        }
        return seen(done);
    }

    /// A completion that has arrived already. Never blocks.
    std::optional<completion> poll() {
        io_uring_cqe* done = nullptr;
        if (::io_uring_peek_cqe(&ring_, &done) != 0) return std::nullopt;
        return seen(done);
    }

private:
    completion seen(io_uring_cqe* done) noexcept {
        const completion result{done->user_data, done->res};
        ::io_uring_cqe_seen(&ring_, done);
        return result;
    }

    /// 0 or the errno.
    static int open(io_uring& ring, unsigned submissions, unsigned completions,
                    uring_submission how) {
        const bool polled = how == uring_submission::by_kernel_thread;
        io_uring_params wanted{};
        wanted.flags = IORING_SETUP_SINGLE_ISSUER |
                       (polled ? IORING_SETUP_SQPOLL : IORING_SETUP_DEFER_TASKRUN);
        if (completions > 0) wanted.flags |= IORING_SETUP_CQSIZE;
        wanted.cq_entries = completions;
        wanted.sq_thread_idle = polled ? poll_idle_ms : 0;
        io_uring_params granted = wanted;
        int error = ::io_uring_queue_init_params(submissions, &ring, &granted);
        if (error == -EINVAL) {  // Linux before 6.1 knows neither flag
            granted = wanted;
            granted.flags &= ~(IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
            error = ::io_uring_queue_init_params(submissions, &ring, &granted);
        }
        return -error;
    }

    static std::string reason(int error) {
        const std::string sysctl = "/proc/sys/kernel/io_uring_disabled";
        if (const auto disabled = read_number(sysctl); error == EPERM && disabled && *disabled > 0)
            return "kernel.io_uring_disabled = " + std::to_string(*disabled) +
                   (*disabled == 1 ? ", which leaves io_uring to the group of "
                                     "kernel.io_uring_group and to CAP_SYS_ADMIN"
                                   : ", which forbids io_uring") +
                   "; sysctl -w kernel.io_uring_disabled=0 allows it";
        if (error == ENOSYS) return "this kernel has no io_uring (Linux 5.1, CONFIG_IO_URING)";
        if (error == ENOMEM)
            return "io_uring: the ring exceeds RLIMIT_MEMLOCK; raise it (ulimit -l)";
        if (error == EPERM)
            return "io_uring is refused, as by a container's seccomp filter; allow io_uring_setup "
                   "in it";
        return std::string("io_uring_queue_init: ") + std::strerror(error);
    }

    io_uring ring_;
};

}  // namespace ipcmark
