#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/endpoints/fd_stream.hpp"
#include "harness/endpoints/pipe_buffer.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// Named pipes, one per direction, in the repetition's private folder. Either side may come first:
/// both make the names, and opening blocks until the other side opens too. Blocking; two copies;
/// fifo(7).
struct fifo : fd_stream {
    static constexpr transport_info info{
        .name = "fifo",
        .summary = "named pipe (FIFO), one per direction",
        .family = "pipes",
        .reference = "fifo(7)",
        .facts = {.unrelated_processes = true,
                  .survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::file_mode},
    };

    explicit fifo(setup& cell) : fd_stream(cell) {
        const auto forward = cell.directory / "forward";
        const auto backward = cell.directory / "backward";
        make_unless_there(forward);
        make_unless_there(backward);
        // Both take the same order, else each would wait in an open of its own.
        unique_fd first = open_end(forward, cell.producer() ? O_WRONLY : O_RDONLY);
        unique_fd second;
        if (cell.both_ways()) second = open_end(backward, cell.producer() ? O_RDONLY : O_WRONLY);
        cell.peer.meet();
        if (cell.producer()) {
            ::unlink(forward.c_str());
            ::unlink(backward.c_str());
        }
        if (cell.producer())
            use(std::move(second), std::move(first));
        else
            use(std::move(first), std::move(second));
        if (write_fd() >= 0) raise_pipe_buffer(write_fd(), cell);
    }

private:
    static void make_unless_there(const std::filesystem::path& path) {
        if (::mkfifo(path.c_str(), 0600) != 0 && errno != EEXIST) throw_errno("mkfifo");
    }

    static unique_fd open_end(const std::filesystem::path& path, int mode) {
        int fd = -1;
        do {
            fd = ::open(path.c_str(), mode | O_CLOEXEC);
        } while (fd < 0 && errno == EINTR);
        return unique_fd(checked(fd, "open"));
    }
};

void register_fifo(registry& all) {
    all.add<fifo>();
}

}  // namespace ipcmark::transports
