#include "harness/base/posix/inotify.hpp"

#include <cerrno>
#include <sys/inotify.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark {

inotify_watch::inotify_watch(const std::filesystem::path& what, std::uint32_t events)
    : events_(::inotify_init1(IN_CLOEXEC)) {
    if (!events_) {
        if (errno == EMFILE)
            throw limit_exceeded(
                "inotify_init1: fs.inotify.max_user_instances is reached; raise it (sysctl -w "
                "fs.inotify.max_user_instances=...)");
        throw_errno("inotify_init1");
    }
    if (::inotify_add_watch(events_.get(), what.c_str(), events) >= 0) return;
    if (errno == ENOSPC)
        throw limit_exceeded(
            "inotify_add_watch: fs.inotify.max_user_watches is reached; raise it (sysctl -w "
            "fs.inotify.max_user_watches=...)");
    throw_errno("inotify_add_watch " + what.string());
}

void inotify_watch::await() {
    // Room for many, so that a reader that fell behind gets rid of stale events in few calls.
    constexpr std::size_t room = 512;
    alignas(inotify_event) char events[room * sizeof(inotify_event)];
    while (::read(events_.get(), events, sizeof events) < 0)
        if (errno != EINTR) throw_errno("read from inotify");
}

}  // namespace ipcmark
