#pragma once

#include <functional>
#include <thread>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/contract/rendezvous.hpp"

namespace ipcmark::conform {

/// Stands between a worker and its peer: every message of their rendezvous passes through it, and
/// `look` runs before it is let on. A name must exist by the time its user is told of it, so none
/// that this side makes escapes the look. `look` runs in a thread of the chaperone's own.
class chaperone {
public:
    /// `peer_fd` is borrowed; nobody else may use it meanwhile.
    chaperone(int peer_fd, std::function<void()> look);
    ~chaperone();
    chaperone(const chaperone&) = delete;
    chaperone& operator=(const chaperone&) = delete;

    /// What the worker talks over instead.
    rendezvous& line() noexcept { return line_; }

private:
    void relay();

    int peer_fd_;
    std::function<void()> look_;
    unique_fd ours_;
    unique_fd stop_;
    rendezvous line_;
    std::thread thread_;
};

}  // namespace ipcmark::conform
