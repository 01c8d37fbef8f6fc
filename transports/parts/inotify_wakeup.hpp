#pragma once

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/inotify.hpp"
#include "harness/endpoints/wakeups/wakeup.hpp"

namespace ipcmark {

/// A byte appended to a file that the waiter watches; inotify(7). Equal events that wait are joined
/// by the kernel, so the file's size tells how many there were.
class inotify_wakeup {
public:
    using shared = nothing_shared;

    inotify_wakeup(setup& cell, direction which, shared&) {
        const auto path = cell.directory / directed_name("watched", which);
        constexpr int flags = O_RDWR | O_APPEND | O_CLOEXEC;
        if (cell.producer())
            file_.reset(checked(::open(path.c_str(), flags | O_CREAT | O_EXCL, 0600), "open"));
        cell.peer.meet();
        if (!cell.producer()) file_.reset(checked(::open(path.c_str(), flags), "open"));
        if (is_woken(cell, which)) events_ = inotify_watch(path, IN_MODIFY);
        cell.peer.meet();
        if (cell.producer()) ::unlink(path.c_str());
    }

    void post() {
        const char byte = 0;
        while (::write(file_.get(), &byte, 1) < 0)
            if (errno != EINTR) throw_errno("write to the watched file");
    }

    bool wait() {
        while (seen_ == taken_) {
            events_.await();
            struct stat state {};
            checked(::fstat(file_.get(), &state), "fstat");
            if (state.st_size > seen_) ++deliveries_;
            seen_ = state.st_size;
        }
        ++taken_;
        return true;
    }

    std::uint64_t deliveries() const noexcept { return deliveries_; }

private:
    unique_fd file_;
    inotify_watch events_;
    off_t seen_ = 0;
    off_t taken_ = 0;
    std::uint64_t deliveries_ = 0;
};

}  // namespace ipcmark
