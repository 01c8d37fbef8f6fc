#pragma once

#include "harness/posix/unique_fd.hpp"
#include "harness/transport.hpp"

namespace ipcmark {

struct pipe_ends {
    unique_fd reader;
    unique_fd writer;
};

/// A pipe, close-on-exec, whose buffer holds what the cell's depth asks for, limits permitting.
pipe_ends make_pipe(setup& cell);

/// Raises a pipe's buffer to the cell's queued bytes, at most to /proc/sys/fs/pipe-max-size; notes
/// what it has. A refusal (per-user page limit) is not an error: the smaller buffer is noted.
void raise_pipe_buffer(int fd, setup& cell);

}  // namespace ipcmark
