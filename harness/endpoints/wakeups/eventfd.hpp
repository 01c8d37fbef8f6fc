#pragma once

#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/endpoints/wakeups/wakeup.hpp"

namespace ipcmark {

/// eventfd(2): one write a post. Flags 0: a read takes all that was posted, so a waiter that fell
/// behind catches up with one call. EFD_SEMAPHORE: a read takes one.
template <int Flags>
class eventfd_wakeup {
public:
    using shared = nothing_shared;

    eventfd_wakeup(setup& cell, direction, shared&) {
        if (cell.producer()) {
            fd_.reset(checked(::eventfd(0, EFD_CLOEXEC | Flags), "eventfd"));
            cell.peer.give(fd_.get());
        } else {
            fd_ = cell.peer.take();
        }
    }

    void post() {
        const std::uint64_t one = 1;
        while (::write(fd_.get(), &one, sizeof one) < 0)
            if (errno != EINTR) throw_errno("write to eventfd");
    }

    bool wait() {
        while (taken_ == 0)
            if (::read(fd_.get(), &taken_, sizeof taken_) > 0)
                ++deliveries_;
            else if (errno != EINTR)
                throw_errno("read from eventfd");
        --taken_;
        return true;
    }

    std::uint64_t deliveries() const noexcept { return deliveries_; }

private:
    unique_fd fd_;
    std::uint64_t taken_ = 0;
    std::uint64_t deliveries_ = 0;
};

using eventfd_counter_wakeup = eventfd_wakeup<0>;
using eventfd_semaphore_wakeup = eventfd_wakeup<EFD_SEMAPHORE>;

}  // namespace ipcmark
