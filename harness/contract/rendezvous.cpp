#include "harness/contract/rendezvous.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/uio.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark {

namespace {
constexpr std::size_t text_limit_bytes = 4096;
constexpr char kind_descriptor = 'D';
constexpr char kind_text = 'T';
constexpr char kind_meet = 'M';

[[noreturn]] void throw_gone() {
    throw peer_gone("the peer process has gone");
}
}  // namespace

void rendezvous::post(char kind, std::string_view text, int fd) {
    std::array<iovec, 2> parts{{{&kind, 1}, {const_cast<char*>(text.data()), text.size()}}};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    if (fd >= 0) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    while (::sendmsg(socket_.get(), &message, MSG_NOSIGNAL) < 0) {
        if (errno == EINTR) continue;
        if (errno == EPIPE || errno == ECONNRESET) throw_gone();
        throw_errno("sendmsg to the peer");
    }
}

std::string rendezvous::expect(char kind, unique_fd* fd) {
    char got_kind = 0;
    std::array<char, text_limit_bytes> buffer;
    std::array<iovec, 2> parts{{{&got_kind, 1}, {buffer.data(), buffer.size()}}};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t got = 0;
    do {
        got = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got == 0 || (got < 0 && errno == ECONNRESET)) throw_gone();
    if (got < 0) throw_errno("recvmsg from the peer");
    if (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr && fd != nullptr) {
        int value = -1;
        std::memcpy(&value, CMSG_DATA(header), sizeof value);
        fd->reset(value);
    }
    if (got_kind != kind)
        throw std::logic_error(std::string("rendezvous out of step: expected ") + kind + ", got " +
                               got_kind);
    return {buffer.data(), static_cast<std::size_t>(got - 1)};
}

void rendezvous::give(int fd) {
    post(kind_descriptor, {}, fd);
    ++descriptors_passed_;
}

unique_fd rendezvous::take() {
    unique_fd fd;
    expect(kind_descriptor, &fd);
    if (!fd)
        throw call_failed(EMFILE, "recvmsg SCM_RIGHTS",
                          "no descriptor arrived; raise RLIMIT_NOFILE (ulimit -n)");
    ++descriptors_passed_;
    return fd;
}

void rendezvous::tell(std::string_view text) {
    if (text.size() > text_limit_bytes) throw std::logic_error("rendezvous text above 4 KiB");
    post(kind_text, text, -1);
}

std::string rendezvous::hear() {
    return expect(kind_text, nullptr);
}

void rendezvous::meet() {
    post(kind_meet, {}, -1);
    expect(kind_meet, nullptr);
}

void rendezvous::wait_for_peer_exit() {
    pollfd watch{socket_.get(), 0, 0};
    while (::poll(&watch, 1, -1) < 0 && errno == EINTR) {
    }
}

}  // namespace ipcmark
