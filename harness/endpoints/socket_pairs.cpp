#include "harness/endpoints/socket_pairs.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/time.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark {

unique_fd open_socket(int family, int type, int protocol) {
    return unique_fd(checked(::socket(family, type | SOCK_CLOEXEC, protocol), "socket"));
}

unique_fd accept_one(int listener) {
    return unique_fd(checked(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC), "accept4"));
}

std::optional<std::string> no_socket(int family, int type, int protocol,
                                     const std::string& remedy) try {
    open_socket(family, type, protocol);
    return std::nullopt;
} catch (const call_failed& e) {
    return std::string(e.what()) + "; " + remedy;
}

void drop_queued(int fd) {
    char byte = 0;
    while (::recv(fd, &byte, sizeof byte, MSG_DONTWAIT) >= 0 || errno == EINTR) {
    }
}

void set_receive_timeout(int fd, int milliseconds) {
    const timeval timeout{.tv_sec = milliseconds / 1000,
                          .tv_usec = suseconds_t{milliseconds % 1000} * 1000};
    checked(::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout),
            "setsockopt SO_RCVTIMEO");
}

std::int64_t raise_socket_buffer(int fd, int option, std::size_t bytes) {
    int granted = 0;
    socklen_t size = sizeof granted;
    checked(::getsockopt(fd, SOL_SOCKET, option, &granted, &size), "getsockopt");
    // The kernel doubles what is asked, for its own bookkeeping, after capping it at [rw]mem_max.
    if (static_cast<std::size_t>(granted) < 2 * bytes) {
        const int asked = static_cast<int>(std::min<std::size_t>(bytes, 1u << 30));
        checked(::setsockopt(fd, SOL_SOCKET, option, &asked, sizeof asked), "setsockopt");
        checked(::getsockopt(fd, SOL_SOCKET, option, &granted, &size), "getsockopt");
    }
    return granted;
}

}  // namespace ipcmark
