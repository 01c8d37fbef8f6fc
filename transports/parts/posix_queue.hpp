#pragma once

#include <cerrno>
#include <cstddef>
#include <mqueue.h>
#include <optional>
#include <string>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/base/posix/unique_fd.hpp"
#include "harness/contract/transport.hpp"

namespace ipcmark {

/// A pair's POSIX message queues, one per direction; of more than a pair the one forward. Blocking;
/// two copies.
class posix_queue {
public:
    /// Why this machine's fs.mqueue limits or RLIMIT_MSGQUEUE refuse queues for messages of this
    /// size; what the user's other queues take up shows only when they are made.
    static std::optional<std::string> limit(const demand& asked);

    /// Opens both ends and unlinks the names. Holds min(depth, fs.mqueue.msg_max) messages, fewer
    /// where RLIMIT_MSGQUEUE demands it; what was granted is noted. Throws limit_exceeded.
    explicit posix_queue(setup& cell);

    template <class Fill>
    void send(Fill fill, unsigned priority) {
        const writable bytes{outgoing_.data(), payload_bytes_};
        fill(bytes);
        while (::mq_send(out_.get(), reinterpret_cast<const char*>(bytes.data()), bytes.size(),
                         priority) != 0) {
            if (errno != EINTR) throw_errno("mq_send");
        }
    }

    template <class Consume>
    bool recv(Consume consume) {
        ssize_t got = 0;
        do {
            got = ::mq_receive(in_.get(), reinterpret_cast<char*>(incoming_.data()), payload_bytes_,
                               nullptr);
        } while (got < 0 && errno == EINTR);
        if (got < 0) throw_errno("mq_receive");
        consume(readable(incoming_.data(), static_cast<std::size_t>(got)));
        return true;
    }

    int wait_fd() const noexcept { return in_.get(); }

private:
    std::size_t payload_bytes_;
    mapping outgoing_;
    mapping incoming_;
    unique_fd out_;  // on Linux a queue descriptor is a file descriptor
    unique_fd in_;
};

}  // namespace ipcmark
