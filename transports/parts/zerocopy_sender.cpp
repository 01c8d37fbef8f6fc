#include "transports/parts/zerocopy_sender.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <ctime>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t cache_line_bytes = 64;
constexpr std::size_t page_bytes = 4096;
constexpr std::size_t most_in_flight = 1024;

std::size_t round_up(std::size_t bytes, std::size_t step) {
    return (bytes + step - 1) / step * step;
}

/// The report in one message of the error queue; nullptr when it is of another kind.
const sock_extended_err* completion_in(msghdr& message) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(&message, part)) {
        const bool report = (part->cmsg_level == SOL_IP && part->cmsg_type == IP_RECVERR) ||
                            (part->cmsg_level == SOL_IPV6 && part->cmsg_type == IPV6_RECVERR);
        if (!report) continue;
        const auto* error = reinterpret_cast<const sock_extended_err*>(CMSG_DATA(part));
        if (error->ee_origin == SO_EE_ORIGIN_ZEROCOPY && error->ee_errno == 0) return error;
    }
    return nullptr;
}

}  // namespace

zerocopy_ledger::zerocopy_ledger(std::size_t buffers, std::size_t capacity, std::uint32_t first)
    : buffer_of_(std::bit_ceil(capacity), none), uses_(buffers, 0), oldest_(first), next_(first) {}

void zerocopy_ledger::sent(std::size_t buffer) noexcept {
    buffer_of(next_++) = static_cast<std::uint32_t>(buffer);
    ++uses_[buffer];
}

void zerocopy_ledger::completed(std::uint32_t first, std::uint32_t last) noexcept {
    for (std::uint32_t number = first;; ++number) {
        const bool in_flight = number - oldest_ < next_ - oldest_;
        if (std::uint32_t& buffer = buffer_of(number); in_flight && buffer != none) {
            --uses_[buffer];
            buffer = none;
        }
        if (number == last) break;
    }
    while (oldest_ != next_ && buffer_of(oldest_) == none)
        ++oldest_;
}

zerocopy_sender::zerocopy_sender(std::size_t message_bytes, std::size_t buffers)
    : message_bytes_(message_bytes),
      stride_bytes_(round_up(message_bytes, cache_line_bytes)),
      buffers_(buffers),
      memory_(mapping::anonymous(stride_bytes_ * buffers)),
      ledger_(buffers, most_in_flight),
      most_per_call_(message_bytes) {}

void zerocopy_sender::use(int fd) {
    const int on = 1;
    checked(::setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof on), "setsockopt SO_ZEROCOPY");
    fd_ = fd;
}

writable zerocopy_sender::free_buffer() {
    current_ = current_ + 1 == buffers_ ? 0 : current_ + 1;
    while (!ledger_.is_free(current_))
        await_completion();
    return {memory_.data() + current_ * stride_bytes_, message_bytes_};
}

void zerocopy_sender::send(readable bytes) {
    while (!bytes.empty()) {
        if (!ledger_.has_room()) await_completion();
        const std::size_t part = std::min(bytes.size(), most_per_call_);
        const ssize_t sent = ::send(fd_, bytes.data(), part, MSG_ZEROCOPY | MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == ENOBUFS)
                make_room();
            else if (errno != EINTR)
                throw_errno("send");
            continue;
        }
        ledger_.sent(current_);
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
}

/// ENOBUFS: the reports in flight fill net.core.optmem_max, or the pages RLIMIT_MEMLOCK.
void zerocopy_sender::make_room() {
    if (!ledger_.idle()) return await_completion();
    if (most_per_call_ <= page_bytes)
        throw limit_exceeded(
            "send with MSG_ZEROCOPY: not one page may be pinned; raise RLIMIT_MEMLOCK (ulimit -l)");
    most_per_call_ = std::max(most_per_call_ / 2, page_bytes);
}

void zerocopy_sender::settle() {
    while (!ledger_.idle())
        await_completion();
}

void zerocopy_sender::await_completion() {
    while (!reap()) {
        pollfd queue{fd_, 0, 0};  // a report is announced unasked, as POLLERR
        while (::poll(&queue, 1, -1) < 0)
            if (errno != EINTR) throw_errno("poll");
        if (reap()) return;
        throw_if_broken(queue.revents);
    }
}

/// POLLERR without a report: the connection itself has failed.
void zerocopy_sender::throw_if_broken(short events) const {
    int error = 0;
    socklen_t bytes = sizeof error;
    checked(::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &bytes), "getsockopt SO_ERROR");
    if (error != 0) throw call_failed(error, "send");
    if ((events & POLLHUP) != 0)
        throw peer_gone("the connection ended before the kernel had let go of a message");
}

/// Takes one report; false when there is none.
bool zerocopy_sender::reap() {
    alignas(cmsghdr) std::array<char, 128> control;
    msghdr message{};
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t got = 0;
    do {
        got = ::recvmsg(fd_, &message, MSG_ERRQUEUE);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return false;
    if (const sock_extended_err* report = completion_in(message)) {
        ledger_.completed(report->ee_info, report->ee_data);
        copied_ = (report->ee_code & SO_EE_CODE_ZEROCOPY_COPIED) != 0;
    }
    return true;
}

}  // namespace ipcmark
