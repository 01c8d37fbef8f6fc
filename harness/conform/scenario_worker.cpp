#include "harness/conform/scenario_worker.hpp"

#include "harness/base/posix/error.hpp"

namespace ipcmark::conform {

std::unique_ptr<any_endpoint> scenario_worker::construct() {
    state.enter(stage::constructing);
    auto end = mechanism.make(cell);
    state.enter(stage::meeting);
    cell.peer.meet();
    state.enter(stage::timing);
    return end;
}

delivery_checker scenario_worker::incoming(std::uint64_t messages) const {
    const bool replies = cell.producer() && !mechanism.info.loops_back;
    return delivery_checker({task.what.reads, cell.payload_bytes, replies ? ~task.tag : task.tag},
                            messages);
}

bool scenario_worker::receive(any_endpoint& end, delivery_checker& into) const {
    if (end.recv([&into](readable bytes) { into.enter(bytes); })) {
        state.note_progress(into.entered());
        return true;
    }
    if (!may_drop())
        throw peer_gone("recv returned false after " + std::to_string(into.entered()) +
                        " messages though the peer had not closed");
    return false;
}

void scenario_worker::receive_until(any_endpoint& end, delivery_checker& into,
                                    std::uint64_t entered) const {
    constexpr int silences_at_most = 25;  // of loss_timeout_ms each
    for (int silences = 0; into.entered() < entered && silences < silences_at_most;) {
        if (receive(end, into)) continue;
        // Of one's own stream nothing is to be learnt about the other side's.
        const bool over = state.announced(phase::timed) != shared_state::not_announced;
        if (cell.producer() || over) return;
        ++silences;
    }
}

void scenario_worker::answer_all(any_endpoint& end, delivery_checker& requests) {
    const bool served = end.serve([&](readable request, writable reply) {
        requests.enter(request);
        state.note_progress(requests.entered());
        state.out.set_sequence(requests.last());
        state.out.write(reply);
        return requests.entered() < requests.expected();
    });
    for (std::uint64_t i = 1; !served && i <= requests.expected(); ++i) {
        receive_until(end, requests, i);
        if (requests.entered() < i) return;
        state.out.set_sequence(requests.last());
        send(end);
    }
}

}  // namespace ipcmark::conform
