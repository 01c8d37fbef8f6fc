#pragma once

#include "harness/worker/loops/exchange.hpp"
#include "harness/worker/loops/idle.hpp"
#include "harness/worker/loops/inside.hpp"
#include "harness/worker/loops/scheduled.hpp"
#include "harness/worker/loops/setup.hpp"
#include "harness/worker/loops/state_sharing.hpp"

namespace ipcmark::loops {

/// Runs one side of a repetition: one call per repetition, everything below it inlined.
template <class T>
void run(T& end, session& state, setup& cell) {
    if constexpr (T::info.loops_back) {
        if (cell.producer()) loop_back(end, state);
        return;
    }
    const bool first = cell.producer();
    if (state.work.act.kind == task_kind::idle)
        return first ? idle_producer(end, state, cell) : idle_consumer(end, state, cell);
    if constexpr (shares_state<T>)
        if (pattern_of(cell.kind).at_will)
            return first ? state_producer(end, state, cell) : state_consumer(end, state, cell);
    switch (pattern_of(cell.kind).loop) {
        case pattern_loop::exchange:
            return first ? round_trip_producer(end, state, cell.peer)
                         : round_trip_consumer(end, state, cell.peer);
        case pattern_loop::schedule:
            return first ? scheduled_producer(end, state, cell)
                         : scheduled_consumer(end, state, cell);
        default:
            return first ? one_way_producer(end, state, cell.peer)
                         : one_way_consumer(end, state, cell.peer);
    }
}

/// One side of a repetition from the endpoint's construction to its end.
template <class T>
void run_spawn(setup& cell, session& state) {
    if (pattern_of(cell.kind).loop == pattern_loop::lifecycle)
        return setup_and_teardown<T>(cell, state);
    if (state.work.act.kind == task_kind::inside) {
        if (cell.producer()) inside_producer<T>(cell, state);
        return;
    }
    state.enter(stage::constructing);
    T end(cell);
    state.enter(stage::meeting);
    cell.peer.meet();
    run(end, state, cell);
    // Both endpoints live until both sides are through, so that a reader never sees the writer's
    // close inside a phase.
    cell.peer.meet();
}

}  // namespace ipcmark::loops
