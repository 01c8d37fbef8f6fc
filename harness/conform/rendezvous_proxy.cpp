#include "harness/conform/rendezvous_proxy.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark::conform {

namespace {

constexpr std::size_t descriptors_at_most = 4;

/// One message as it came, its descriptors included.
class message {
public:
    /// false: the sender has closed.
    bool receive_from(int fd) {
        prepare();
        do {
            bytes_ = ::recvmsg(fd, &header_, MSG_CMSG_CLOEXEC);
        } while (bytes_ < 0 && errno == EINTR);
        return bytes_ > 0;
    }

    void send_to(int fd) {
        part_.iov_len = static_cast<std::size_t>(bytes_);
        while (::sendmsg(fd, &header_, MSG_NOSIGNAL) < 0 && errno == EINTR) {
        }
        close_descriptors();
    }

private:
    void prepare() {
        part_ = {text_.data(), text_.size()};
        header_ = {};
        header_.msg_iov = &part_;
        header_.msg_iovlen = 1;
        header_.msg_control = control_.data();
        header_.msg_controllen = control_.size();
    }

    void close_descriptors() {
        const cmsghdr* control = CMSG_FIRSTHDR(&header_);
        if (control == nullptr || control->cmsg_type != SCM_RIGHTS) return;
        const std::size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(control) + i * sizeof fd, sizeof fd);
            unique_fd(fd).reset();
        }
    }

    std::array<char, 8192> text_;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(descriptors_at_most * sizeof(int))> control_;
    iovec part_{};
    msghdr header_{};
    ssize_t bytes_ = 0;
};

unique_fd connected_pair(unique_fd& other) {
    int ends[2];
    checked(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair");
    other.reset(ends[1]);
    return unique_fd(ends[0]);
}

}  // namespace

rendezvous_proxy::rendezvous_proxy(int peer_fd, std::function<void()> look)
    : peer_fd_(peer_fd),
      look_(std::move(look)),
      stop_(checked(::eventfd(0, EFD_CLOEXEC), "eventfd")),
      line_(connected_pair(ours_)),
      thread_([this] { relay(); }) {}

rendezvous_proxy::~rendezvous_proxy() {
    ::eventfd_write(stop_.get(), 1);
    thread_.join();
}

void rendezvous_proxy::relay() {
    message passing;
    for (;;) {
        std::array<pollfd, 3> watched{
            {{stop_.get(), POLLIN, 0}, {ours_.get(), POLLIN, 0}, {peer_fd_, POLLIN, 0}}};
        if (::poll(watched.data(), watched.size(), -1) < 0) continue;
        for (const auto& [from, to] : {std::pair{1, 2}, std::pair{2, 1}}) {
            const auto source = static_cast<std::size_t>(from);
            if (watched[source].revents == 0) continue;
            if (!passing.receive_from(watched[source].fd)) {
                ours_.reset();  // what is closed on one side is closed on both
                return;
            }
            look_();
            passing.send_to(watched[static_cast<std::size_t>(to)].fd);
        }
        if (watched[0].revents != 0) return;
    }
}

}  // namespace ipcmark::conform
