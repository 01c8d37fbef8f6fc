#pragma once

#include <atomic>

#include "harness/base/posix/unique_fd.hpp"

namespace ipcmark {

/// Turns SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGUSR1, SIGUSR2 and SIGXCPU of this process into a
/// readable descriptor while it lives, so that a run ends in order. Children get the default
/// dispositions back.
class interrupt_watch {
public:
    interrupt_watch();
    ~interrupt_watch();
    interrupt_watch(const interrupt_watch&) = delete;
    interrupt_watch& operator=(const interrupt_watch&) = delete;

    /// Readable once a signal has come; for poll.
    int fd() const noexcept { return fd_.get(); }
    /// Whether one has come. Never blocks; stays true. Any thread may ask.
    bool pending();

private:
    unique_fd fd_;
    std::atomic<bool> seen_{false};
};

}  // namespace ipcmark
