#pragma once

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/endpoints/wakeups/wakeup.hpp"
#include "harness/posix/error.hpp"

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
        if (is_woken(cell, which)) {
            events_.reset(::inotify_init1(IN_CLOEXEC));
            if (!events_) throw_errno("inotify_init1", "raise fs.inotify.max_user_instances");
            checked(::inotify_add_watch(events_.get(), path.c_str(), IN_MODIFY),
                    "inotify_add_watch");
        }
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
            await_event();
            struct stat state {};
            checked(::fstat(file_.get(), &state), "fstat");
            seen_ = state.st_size;
        }
        ++taken_;
        return true;
    }

private:
    void await_event() {
        alignas(inotify_event) char events[64 * sizeof(inotify_event)];
        while (::read(events_.get(), events, sizeof events) < 0)
            if (errno != EINTR) throw_errno("read from inotify");
    }

    unique_fd file_;
    unique_fd events_;
    off_t seen_ = 0;
    off_t taken_ = 0;
};

}  // namespace ipcmark
