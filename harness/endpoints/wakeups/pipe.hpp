#pragma once

#include <cerrno>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/endpoints/pipe_buffer.hpp"
#include "harness/endpoints/wakeups/wakeup.hpp"

namespace ipcmark {

/// A byte through a pipe(7). The only doorbell here that tells when the peer has died.
class pipe_wakeup {
public:
    using shared = nothing_shared;

    pipe_wakeup(setup& cell, direction which, shared&) {
        pipe_ends ends;
        if (cell.producer()) {
            ends = make_pipe(cell);
            cell.peer.give(ends.reader.get());
            cell.peer.give(ends.writer.get());
        } else {
            ends.reader = cell.peer.take();
            ends.writer = cell.peer.take();
        }
        // Each side keeps its own end alone, so that the other's death closes the pipe.
        (is_woken(cell, which) ? ends.writer : ends.reader).reset();
        end_ = std::move(is_woken(cell, which) ? ends.reader : ends.writer);
    }

    void post() {
        const char byte = 0;
        while (::write(end_.get(), &byte, 1) < 0)
            if (errno != EINTR) throw_errno("write to the doorbell pipe");
    }

    bool wait() {
        char byte = 0;
        ssize_t got = 0;
        while ((got = ::read(end_.get(), &byte, 1)) < 0)
            if (errno != EINTR) throw_errno("read from the doorbell pipe");
        return got == 1;
    }

private:
    unique_fd end_;
};

}  // namespace ipcmark
