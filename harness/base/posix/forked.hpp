#pragma once

#include <functional>
#include <sys/types.h>

namespace ipcmark {

/// A copy of this process, endpoint and all, that does `part` and ends: two processes on one side
/// of a mechanism. The copy dies with this process.
class forked_copy {
public:
    explicit forked_copy(const std::function<void()>& part);
    ~forked_copy();
    forked_copy(const forked_copy&) = delete;
    forked_copy& operator=(const forked_copy&) = delete;

    /// Waits for its end. Throws std::runtime_error when it did not do its part.
    void join();

private:
    pid_t pid_;
};

}  // namespace ipcmark
