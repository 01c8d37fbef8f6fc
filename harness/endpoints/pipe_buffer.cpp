#include "harness/endpoints/pipe_buffer.hpp"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/endpoints/joining.hpp"

namespace ipcmark {

pipe_ends make_pipe(setup& cell, int flags) {
    int ends[2];
    checked(::pipe2(ends, O_CLOEXEC | flags), "pipe2");
    pipe_ends result{unique_fd(ends[0]), unique_fd(ends[1])};
    raise_pipe_buffer(result.writer.get(), cell);
    return result;
}

namespace {

pipe_ends connect_pair(setup& cell, int flags) {
    pipe_ends ours;
    if (cell.producer()) {
        pipe_ends forward = make_pipe(cell, flags);
        cell.peer.give(forward.reader.get());
        ours.writer = std::move(forward.writer);
        if (!cell.both_ways()) return ours;
        pipe_ends backward = make_pipe(cell, flags);
        cell.peer.give(backward.writer.get());
        ours.reader = std::move(backward.reader);
    } else {
        ours.reader = cell.peer.take();
        if (cell.both_ways()) ours.writer = cell.peer.take();
    }
    return ours;
}

}  // namespace

pipe_ends connect_pipes(setup& cell, int flags) {
    if (!cell.group.one_object()) return connect_pair(cell, flags);
    pipe_ends ours;  // of one way, or a reply would reach anybody
    auto end = joined(cell, [&](setup& pair) {
        pipe_ends made = connect_pair(pair, flags);
        return std::move(pair.producer() ? made.writer : made.reader);
    });
    (cell.producer() ? ours.writer : ours.reader) = std::move(end);
    return ours;
}

void raise_pipe_buffer(int fd, setup& cell, std::size_t bytes) {
    constexpr std::int64_t usual_max_bytes = 1 << 20;
    const std::int64_t most = read_number("/proc/sys/fs/pipe-max-size").value_or(usual_max_bytes);
    const auto wanted = std::min(static_cast<std::int64_t>(bytes), most);
    if (wanted > ::fcntl(fd, F_GETPIPE_SZ)) ::fcntl(fd, F_SETPIPE_SZ, static_cast<int>(wanted));
    cell.notes["pipe_buffer_bytes"] = ::fcntl(fd, F_GETPIPE_SZ);
}

}  // namespace ipcmark
