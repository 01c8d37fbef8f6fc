#pragma once

#include <charconv>
#include <optional>
#include <poll.h>
#include <string>

#include "harness/base/posix/error.hpp"
#include "harness/endpoints/peer_process.hpp"
#include "harness/endpoints/wakeups/wakeup.hpp"
#include "transports/parts/uring.hpp"

namespace ipcmark {

/// IORING_OP_MSG_RING, Linux 5.18: a post puts a completion into the waiter's io_uring, with no
/// descriptor between the two. The waiter's ring also watches the peer's pidfd, so that a wait ends
/// when the peer does. Rings are refused by SCM_RIGHTS since Linux 6.7: the poster fetches the
/// waiter's by pidfd_getfd(2).
class uring_msg_ring_wakeup {
public:
    using shared = nothing_shared;

    static std::optional<std::string> unavailable() {
        if (auto why = uring::unavailable()) return why;
        io_uring_probe* const known = ::io_uring_get_probe();
        const bool knows =
            known != nullptr && ::io_uring_opcode_supported(known, IORING_OP_MSG_RING) != 0;
        ::io_uring_free_probe(known);
        if (!knows) return "this kernel has no IORING_OP_MSG_RING (Linux 5.18)";
        return peer_process::why_nothing_to_take();
    }

    uring_msg_ring_wakeup(setup& cell, direction which, shared&) : ring_(entries), peer_(cell) {
        if (is_woken(cell, which)) {
            io_uring_sqe* const entry = ring_.next();
            ::io_uring_prep_poll_add(entry, peer_.pidfd(), POLLIN);
            entry->user_data = peer_has_ended;
            ring_.submit();
            cell.peer.tell(std::to_string(ring_.fd()));
        } else {
            const std::string told = cell.peer.hear();
            int number = -1;
            std::from_chars(told.data(), told.data() + told.size(), number);
            target_ = peer_.take(number);
            if (!target_) throw peer_gone("the peer process has gone");
        }
        cell.peer.meet();
    }

    /// To a peer that has gone it does nothing: a wait tells.
    void post() {
        io_uring_sqe* const entry = ring_.next();
        ::io_uring_prep_msg_ring(entry, target_.get(), 0, bell, 0);
        entry->user_data = refused;
        entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
        ring_.submit();
        const auto answer = ring_.poll();
        if (answer && answer->result < 0 && answer->result != -EOWNERDEAD) [[unlikely]]
            throw call_failed(-answer->result, "IORING_OP_MSG_RING");
    }

    bool wait() {
        if (!ended_) ended_ = ring_.complete().data == peer_has_ended;
        return !ended_;
    }

private:
    static constexpr unsigned entries = 8;
    enum tag : std::uint64_t { bell = 1, peer_has_ended, refused };

    uring ring_;  // the waiter's receives, the poster's submits
    peer_process peer_;
    unique_fd target_;
    bool ended_ = false;
};

}  // namespace ipcmark
