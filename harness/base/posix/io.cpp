#include "harness/base/posix/io.hpp"

#include <cerrno>
#include <unistd.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark {

void write_exact(int fd, readable bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0) [[unlikely]] {
            if (errno == EINTR) continue;
            throw_errno("write");
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

bool read_exact(int fd, writable bytes) {
    const std::size_t wanted = bytes.size();
    while (!bytes.empty()) {
        const ssize_t got = ::read(fd, bytes.data(), bytes.size());
        if (got < 0) [[unlikely]] {
            if (errno == EINTR) continue;
            throw_errno("read");
        }
        if (got == 0) [[unlikely]] {
            if (bytes.size() == wanted) return false;
            throw peer_gone("the stream ended inside a message");
        }
        bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
    return true;
}

}  // namespace ipcmark
