#pragma once

#include <cstdint>
#include <filesystem>

#include "harness/base/posix/unique_fd.hpp"

namespace ipcmark {

/// Watches one file or folder; inotify(7).
class inotify_watch {
public:
    inotify_watch() = default;
    /// Throws limit_exceeded when the user's instances or watches are used up.
    inotify_watch(const std::filesystem::path& what, std::uint32_t events);

    /// Blocks until something has happened since the last call, however much it was; equal events
    /// in a row are one, and of too many the kernel keeps the first fs.inotify.max_queued_events.
    /// So look for yourself what has changed. Retries EINTR; never allocates.
    void await();

private:
    unique_fd events_;
};

}  // namespace ipcmark
