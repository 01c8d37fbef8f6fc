#pragma once

#include <optional>

#include "harness/worker/loops/messages.hpp"

/// From nothing to the first message, and down again. What it takes to start the two processes is
/// not in it: both are up and have met before the clock is read.
namespace ipcmark::loops {

/// Stamps of one side, by the names under which the parent puts both sides together.
struct setup_marks {
    std::uint64_t begun = 0;
    std::uint64_t constructed = 0;
    std::uint64_t exchanged = 0;  // producer: before the send; consumer: after the recv
    std::uint64_t closing = 0;
    std::uint64_t closed = 0;

    /// As figures. Ticks below 2^53 are exact in a double: half a year of a 3 GHz counter.
    void note(std::map<std::string, double>& figures) const;
};

/// One message, the first ever. A lossy mechanism may lose it: then there is no figure.
template <class T>
std::uint64_t first_message(T& end, session& run, role side) {
    if (side == role::producer) {
        const std::uint64_t before = run.clock.now();
        send_next(end, run);
        flush(end);
        return before;
    }
    const bool came = receive_next(end, run);
    const std::uint64_t after = run.clock.now();
    if (came) return after;
    if constexpr (!T::info.facts.may_drop) run.peer_closed();
    return 0;
}

template <class T>
void setup_and_teardown(setup& cell, session& run) {
    setup_marks marks;
    run.enter(stage::constructing);
    cell.peer.meet();
    run.start_counting();
    marks.begun = run.clock.now();
    std::optional<T> end(std::in_place, cell);
    marks.constructed = run.clock.now();
    run.enter(stage::meeting);
    cell.peer.meet();
    run.enter(stage::timing);
    marks.exchanged = first_message(*end, run, cell.side);
    cell.peer.meet();
    marks.closing = run.clock.now();
    end.reset();
    marks.closed = run.clock.now();
    run.stop_counting(1);
    run.result.messages = marks.exchanged == 0 ? 0 : 1;
    run.result.first_ticks = marks.begun;
    run.result.last_ticks = marks.closed;
    marks.note(run.result.figures);
}

}  // namespace ipcmark::loops
