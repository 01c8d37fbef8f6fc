#pragma once

#include <cstddef>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/contract/transport.hpp"

namespace ipcmark {

struct pipe_ends {
    unique_fd reader;
    unique_fd writer;
};

/// A pipe, close-on-exec, whose buffer holds what the cell's depth asks for, limits permitting.
/// `flags`: O_DIRECT.
pipe_ends make_pipe(setup& cell, int flags = 0);

/// Makes the pair's pipes, one per direction; the producer makes them and hands the other ends
/// over. Gives this side's ends; of a one-way cell only the one that it needs.
pipe_ends connect_pipes(setup& cell, int flags = 0);

/// Raises a pipe's buffer to `bytes`, at most to /proc/sys/fs/pipe-max-size; notes what it has. A
/// refusal (per-user page limit) is not an error: the smaller buffer is noted.
void raise_pipe_buffer(int fd, setup& cell, std::size_t bytes);
/// To the cell's queued bytes.
inline void raise_pipe_buffer(int fd, setup& cell) {
    raise_pipe_buffer(fd, cell, cell.queued_bytes());
}

}  // namespace ipcmark
