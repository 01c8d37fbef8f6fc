#pragma once

#include <cerrno>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <utility>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/base/posix/unique_fd.hpp"
#include "harness/contract/transport.hpp"
#include "harness/endpoints/joining.hpp"
#include "harness/endpoints/socket_pairs.hpp"

namespace ipcmark {

/// How the calls of a message socket name the other side: policies of basic_fd_datagram.
/// header_bytes is what the kernel puts in front of a received payload.

/// The socket is connected: the kernel knows the other side and lets nobody else through.
struct connected_peer {
    static constexpr std::size_t header_bytes = 0;

    static ssize_t send(int fd, readable bytes) noexcept {
        return ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    static ssize_t recv(int fd, writable bytes) noexcept {
        return ::recv(fd, bytes.data(), bytes.size(), 0);
    }
};

/// The same for a raw IPv4 socket, which shows the IP header: no options, 20 bytes; raw(7).
struct connected_raw_peer : connected_peer {
    static constexpr std::size_t header_bytes = 20;

    static ssize_t recv(int fd, writable bytes) noexcept {
        ssize_t got = 0;
        do {
            got = connected_peer::recv(fd, bytes);
            // The kernel answers a message that finds the peer's receive buffer full as if nobody
            // had the protocol (raw_v4_input). It is one more loss, of which the peer keeps count.
        } while (got < 0 && errno == ENOPROTOOPT);
        return got;
    }
};

/// The socket is not connected: each message is addressed, and one from elsewhere is ignored.
struct addressed_peer {
    static constexpr std::size_t header_bytes = 0;

    ssize_t send(int fd, readable bytes) const noexcept {
        return ::sendto(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL, generic(address),
                        sizeof address);
    }
    ssize_t recv(int fd, writable bytes) const noexcept {
        sockaddr_in from;
        ssize_t got = 0;
        do {
            socklen_t size = sizeof from;
            got = ::recvfrom(fd, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from),
                             &size);
        } while (got >= 0 && (from.sin_port != address.sin_port ||
                              from.sin_addr.s_addr != address.sin_addr.s_addr));
        return got;
    }

    sockaddr_in address = {};
};

/// send and recv over one message socket: seqpacket, datagram, UDP, raw, packet, netlink. One call
/// per message, boundaries kept by the kernel; two copies. recv is false when the peer has closed
/// (a seqpacket reads 0 bytes) or when a receive timeout, if one is set, has passed.
template <class Peer>
class basic_fd_datagram {
public:
    template <class Fill>
    void send(Fill fill) {
        const writable bytes{outgoing_.data(), payload_bytes_};
        fill(bytes);
        send_bytes(bytes);
    }

    template <class Consume>
    bool recv(Consume consume) {
        ssize_t got = 0;
        do {
            // One byte more than a message, so that a longer one shows.
            got = peer_.recv(socket_.get(), {incoming_.data() + payload_at - Peer::header_bytes,
                                             Peer::header_bytes + payload_bytes_ + 1});
        } while (got < 0 && errno == EINTR);
        if (got <= static_cast<ssize_t>(Peer::header_bytes)) [[unlikely]]
            return ended(got);
        consume(readable(incoming_.data() + payload_at,
                         static_cast<std::size_t>(got) - Peer::header_bytes));
        return true;
    }

    int wait_fd() const noexcept { return socket_.get(); }

protected:
    explicit basic_fd_datagram(const setup& cell)
        : payload_bytes_(cell.payload_bytes),
          outgoing_(mapping::anonymous(cell.payload_bytes)),
          incoming_(mapping::anonymous(payload_at + cell.payload_bytes + 1)) {}

    void use(unique_fd socket, Peer peer = {}) {
        socket_ = std::move(socket);
        peer_ = peer;
    }

    /// For what may drop: a receive buffer as the depth asks, and recv gives up after
    /// loss_timeout_ms.
    void use_lossy(setup& cell, unique_fd socket, Peer peer = {}) {
        set_receive_timeout(socket.get(), loss_timeout_ms);
        cell.notes["receive_buffer_bytes"] =
            raise_socket_buffer(socket.get(), SO_RCVBUF, cell.queued_bytes());
        use(std::move(socket), peer);
    }
    int fd() const noexcept { return socket_.get(); }

    void send_bytes(readable bytes) {
        while (peer_.send(socket_.get(), bytes) < 0) {
            if (errno != EINTR) refused(bytes.size());
        }
    }

private:
    // The payload lies on a cache line, header or none.
    static constexpr std::size_t payload_at = Peer::header_bytes == 0 ? 0 : 64;
    static_assert(Peer::header_bytes <= 64);

    [[noreturn, gnu::cold]] static void refused(std::size_t bytes) {
        if (errno == ENOBUFS)
            throw limit_exceeded("send: the kernel found no room for a message of " +
                                 std::to_string(bytes) + " bytes in one piece; drop the size");
        throw_errno("send");
    }

    [[gnu::cold]] static bool ended(ssize_t got) {
        if (got < 0 && errno != EAGAIN) throw_errno("recv");
        return false;
    }

    std::size_t payload_bytes_;
    mapping outgoing_;
    mapping incoming_;
    unique_fd socket_;
    [[no_unique_address]] Peer peer_;
};

/// Over a connected socket.
using fd_datagram = basic_fd_datagram<connected_peer>;

}  // namespace ipcmark
