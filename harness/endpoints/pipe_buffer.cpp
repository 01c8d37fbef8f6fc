#include "harness/endpoints/pipe_buffer.hpp"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

#include "harness/posix/error.hpp"
#include "harness/posix/text_file.hpp"

namespace ipcmark {

pipe_ends make_pipe(setup& cell) {
    int ends[2];
    checked(::pipe2(ends, O_CLOEXEC), "pipe2");
    pipe_ends result{unique_fd(ends[0]), unique_fd(ends[1])};
    raise_pipe_buffer(result.writer.get(), cell);
    return result;
}

void raise_pipe_buffer(int fd, setup& cell) {
    constexpr std::int64_t usual_max_bytes = 1 << 20;
    const std::int64_t most = read_number("/proc/sys/fs/pipe-max-size").value_or(usual_max_bytes);
    const auto wanted = std::min(static_cast<std::int64_t>(cell.queued_bytes()), most);
    if (wanted > ::fcntl(fd, F_GETPIPE_SZ)) ::fcntl(fd, F_SETPIPE_SZ, static_cast<int>(wanted));
    cell.notes["pipe_buffer_bytes"] = ::fcntl(fd, F_GETPIPE_SZ);
}

}  // namespace ipcmark
