#pragma once

#include <cerrno>
#include <cstddef>
#include <optional>
#include <string>
#include <sys/msg.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/base/posix/sysv.hpp"
#include "harness/contract/transport.hpp"

namespace ipcmark {

/// send and recv over System V message queues: one call a message, boundaries kept, blocking; two
/// copies. The reader of a queue makes it, so that what was sent outlives the writer. msgop(2).
class sysv_messages {
public:
    /// Why kernel.msgmax or kernel.msgmnb refuse a message of this size.
    static std::optional<std::string> limit(const demand& asked);

    template <class Fill>
    void send(Fill fill) {
        fill(writable(payload_of(outgoing_), payload_bytes_));
        while (::msgsnd(out_id_, outgoing_.data(), payload_bytes_, 0) != 0) {
            if (errno != EINTR) throw_errno("msgsnd");
        }
    }

    template <class Consume>
    bool recv(Consume consume) {
        ssize_t got = 0;
        do {
            got = ::msgrcv(in_id_, incoming_.data(), payload_bytes_, takes_, 0);
        } while (got < 0 && errno == EINTR);
        if (got < 0) [[unlikely]]
            throw_errno("msgrcv");
        consume(readable(payload_of(incoming_), static_cast<std::size_t>(got)));
        return true;
    }

protected:
    /// `sends_as` is the type of outgoing messages; `takes` selects the incoming ones: that type,
    /// or 0 for the first of any.
    sysv_messages(const setup& cell, long sends_as, long takes);

    /// Makes or opens the one queue of a direction; `notes` gets its capacity.
    static sysv_queue create(setup& cell, direction which);
    static sysv_queue open(const setup& cell, direction which) {
        return sysv_queue::open(sysv_key(cell.name, which));
    }

    void use(sysv_queue in, sysv_queue out) {
        in_ = std::move(in);
        out_ = std::move(out);
        in_id_ = in_.id();
        out_id_ = out_.id();
    }
    /// One queue for both directions.
    void use(sysv_queue both) {
        in_ = std::move(both);
        in_id_ = out_id_ = in_.id();
    }

private:
    static std::byte* payload_of(const mapping& message) noexcept {
        return message.data() + sizeof(long);  // the type comes first, see struct msgbuf
    }

    std::size_t payload_bytes_;
    long takes_;
    mapping outgoing_;
    mapping incoming_;
    sysv_queue in_;
    sysv_queue out_;
    int in_id_ = -1;
    int out_id_ = -1;
};

}  // namespace ipcmark
