#include "harness/contract/rendezvous.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
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

rendezvous::rendezvous(unique_fd socket) : self_(0) {
    lines_.resize(2);
    lines_[1] = std::move(socket);
}

rendezvous::rendezvous(std::vector<unique_fd> lines, std::size_t self,
                       const channel_capabilities& channel)
    : lines_(std::move(lines)), self_(self), channel_(channel) {
    if (self_ >= lines_.size() || lines_[self_])
        throw std::logic_error("a party of a rendezvous has no line to itself");
}

rendezvous rendezvous::with(std::size_t party) const {
    std::vector<unique_fd> pair(2);
    pair[0].reset(checked(::fcntl(line_to(party), F_DUPFD_CLOEXEC, 0), "fcntl F_DUPFD_CLOEXEC"));
    return {std::move(pair), 1, channel_};
}

std::size_t rendezvous::peer() const {
    if (lines_.size() != 2) throw std::logic_error("there is not one peer: name the party");
    return self_ == 0 ? 1 : 0;
}

int rendezvous::line_to(std::size_t party) const {
    const int line = lines_.at(party).get();
    if (line < 0) throw std::logic_error("a party has no line to itself");
    return line;
}

void rendezvous::post(int line, char kind, std::string_view text, int fd) {
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
    while (::sendmsg(line, &message, MSG_NOSIGNAL) < 0) {
        if (errno == EINTR) continue;
        if (errno == EPIPE || errno == ECONNRESET) throw_gone();
        throw_errno("sendmsg to the peer");
    }
}

std::string rendezvous::expect(int line, char kind, unique_fd* fd) {
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
        got = ::recvmsg(line, &message, MSG_CMSG_CLOEXEC);
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

void rendezvous::give(std::size_t party, int fd) {
    if (!channel_.descriptors)
        throw channel_lacks("it hands over a descriptor, which this channel cannot");
    post(line_to(party), kind_descriptor, {}, fd);
    ++descriptors_passed_;
}

unique_fd rendezvous::take(std::size_t party) {
    unique_fd fd;
    expect(line_to(party), kind_descriptor, &fd);
    if (!fd)
        throw call_failed(EMFILE, "recvmsg SCM_RIGHTS",
                          "no descriptor arrived; raise RLIMIT_NOFILE (ulimit -n)");
    ++descriptors_passed_;
    return fd;
}

void rendezvous::tell(std::size_t party, std::string_view text) {
    if (text.size() > text_limit_bytes) throw std::logic_error("rendezvous text above 4 KiB");
    post(line_to(party), kind_text, text, -1);
}

std::string rendezvous::hear(std::size_t party) {
    return expect(line_to(party), kind_text, nullptr);
}

void rendezvous::meet() {
    for (const unique_fd& line : lines_)
        if (line) post(line.get(), kind_meet, {}, -1);
    for (const unique_fd& line : lines_)
        if (line) expect(line.get(), kind_meet, nullptr);
}

void rendezvous::wait_for_peer_exit() {
    pollfd watch{line_to(peer()), 0, 0};
    while (::poll(&watch, 1, -1) < 0 && errno == EINTR) {
    }
}

}  // namespace ipcmark
