#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "harness/conform/delivery_checker.hpp"
#include "harness/worker/job.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::conform {

/// One worker in a check's scenario.
struct scenario_worker {
    const registration& mechanism;
    setup& cell;
    session& state;
    const job& task;

    bool may_drop() const { return mechanism.info.facts.may_drop; }
    /// Messages that the check asked for.
    std::uint64_t messages() const { return task.work.max_messages; }

    /// Makes this side's endpoint and meets the peer, through the stages of a timed repetition.
    std::unique_ptr<any_endpoint> construct();
    /// Both endpoints live until both sides have come here.
    void part() { cell.peer.meet(); }

    void note(const std::string& key, std::uint64_t value) {
        cell.notes[key] = static_cast<std::int64_t>(value);
    }

    /// An account of `messages` messages from the peer.
    delivery_checker incoming(std::uint64_t messages) const;

    /// One message that the other side is to see now.
    void send(any_endpoint& end) {
        offer(end);
        end.flush();
    }
    /// A stream; that it is over is announced, for a lossy consumer that hears nothing for a while.
    void send(any_endpoint& end, std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i)
            offer(end);
        end.flush();
        if (cell.producer()) state.announce_last(phase::timed, state.out.sequence() - 1);
    }
    /// One message into the checker; false: a lossy mechanism fell silent. Throws peer_gone when
    /// recv of any other returns false.
    bool receive(any_endpoint& end, delivery_checker& into) const;
    /// As many messages, wanted or not, as the checker expects; fewer when a lossy one falls silent
    /// once the producer's stream is over, or for some seconds.
    void receive_all(any_endpoint& end, delivery_checker& into) const {
        receive_until(end, into, into.expected());
    }
    /// The same up to `entered` messages in all.
    void receive_until(any_endpoint& end, delivery_checker& into, std::uint64_t entered) const;
    /// Answers as many requests as the checker expects, or fewer as above; in the library's own
    /// loop where the transport serves.
    void answer_all(any_endpoint& end, delivery_checker& requests);

private:
    /// One message that the transport may hold back.
    void offer(any_endpoint& end) {
        end.send([this](writable bytes) { state.out.write(bytes); });
        state.note_progress(state.out.sequence());
    }
};

}  // namespace ipcmark::conform
