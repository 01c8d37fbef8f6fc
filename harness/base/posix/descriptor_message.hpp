#pragma once

#include <array>
#include <sys/socket.h>

#include "harness/base/posix/unique_fd.hpp"

namespace ipcmark {

/// One byte with one descriptor beside it over a Unix socket (SCM_RIGHTS, unix(7)). Allocates
/// nothing; retries EINTR. Not movable: it points into itself.
class descriptor_message {
public:
    descriptor_message() noexcept;
    descriptor_message(const descriptor_message&) = delete;
    descriptor_message& operator=(const descriptor_message&) = delete;

    /// The receiver gets a duplicate; `fd` stays the caller's. Blocks while the socket is full.
    /// Throws limit_exceeded when too many descriptors of this user are on their way.
    void send(int socket, int fd);

    /// Close-on-exec; empty when the peer has closed. Throws when none came along, which means
    /// that this process may not have one more.
    unique_fd receive(int socket);

private:
    char byte_ = 0;
    iovec part_;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control_{};
    msghdr header_{};
};

}  // namespace ipcmark
