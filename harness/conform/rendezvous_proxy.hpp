#pragma once

#include <functional>
#include <thread>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/contract/rendezvous.hpp"

namespace ipcmark::conform {

/// Stands between a worker and its peer: every message of their rendezvous passes through it, and
/// `look` runs before it is let on. A name must exist by the time its user is told of it, so none
/// that this side makes escapes the look. `look` runs in a thread of the rendezvous_proxy's own.
class rendezvous_proxy {
public:
    /// `peer_fd` is borrowed; nobody else may use it meanwhile.
    rendezvous_proxy(int peer_fd, std::function<void()> look);
    ~rendezvous_proxy();
    rendezvous_proxy(const rendezvous_proxy&) = delete;
    rendezvous_proxy& operator=(const rendezvous_proxy&) = delete;

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
