#include "harness/base/posix/descriptor_message.hpp"

#include <cerrno>
#include <cstring>

#include "harness/base/posix/error.hpp"

namespace ipcmark {

descriptor_message::descriptor_message() noexcept : part_{&byte_, sizeof byte_} {
    header_.msg_iov = &part_;
    header_.msg_iovlen = 1;
    header_.msg_control = control_.data();
    header_.msg_controllen = control_.size();
}

void descriptor_message::send(int socket, int fd) {
    cmsghdr* rights = CMSG_FIRSTHDR(&header_);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(rights), &fd, sizeof fd);
    while (::sendmsg(socket, &header_, MSG_NOSIGNAL) < 0) {
        if (errno == ETOOMANYREFS)
            throw limit_exceeded(
                "sendmsg: as many descriptors of this user are on their way as RLIMIT_NOFILE "
                "admits; raise it (ulimit -n) or drop --depth");
        if (errno != EINTR) throw_errno("sendmsg");
    }
}

unique_fd descriptor_message::receive(int socket) {
    ssize_t got = 0;
    do {
        got = ::recvmsg(socket, &header_, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got < 0) throw_errno("recvmsg");
    if (got == 0) return {};
    const cmsghdr* rights = CMSG_FIRSTHDR(&header_);
    if (rights == nullptr || rights->cmsg_type != SCM_RIGHTS)
        throw call_failed(EMFILE, "recvmsg SCM_RIGHTS",
                          "no descriptor arrived; raise RLIMIT_NOFILE (ulimit -n)");
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(rights), sizeof fd);
    return unique_fd(fd);
}

}  // namespace ipcmark
