#pragma once

#include <cerrno>
#include <string>
#include <sys/socket.h>
#include <utility>

#include "harness/posix/error.hpp"
#include "harness/posix/mapping.hpp"
#include "harness/posix/unique_fd.hpp"
#include "harness/transport.hpp"

namespace ipcmark {

/// send and recv over one connected message socket: seqpacket, datagram, UDP. One call per
/// message, boundaries kept by the kernel; two copies. recv is false when the peer has closed
/// (a seqpacket reads 0 bytes) or when a receive timeout, if one is set, has passed.
class fd_datagram {
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
            got = ::recv(socket_.get(), incoming_.data(), payload_bytes_ + 1, 0);
        } while (got < 0 && errno == EINTR);
        if (got <= 0) [[unlikely]]
            return ended(got);
        consume(readable(incoming_.data(), static_cast<std::size_t>(got)));
        return true;
    }

protected:
    explicit fd_datagram(const setup& cell)
        : payload_bytes_(cell.payload_bytes),
          outgoing_(mapping::anonymous(cell.payload_bytes)),
          incoming_(mapping::anonymous(cell.payload_bytes + 1)) {}

    void use(unique_fd socket) { socket_ = std::move(socket); }
    int fd() const noexcept { return socket_.get(); }

    void send_bytes(readable bytes) {
        while (::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) {
            if (errno != EINTR) refused(bytes.size());
        }
    }

private:
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
};

}  // namespace ipcmark
