#pragma once

#include "harness/worker/loops/channels.hpp"
#include "harness/worker/loops/competing.hpp"
#include "harness/worker/loops/exchange.hpp"
#include "harness/worker/loops/idle.hpp"
#include "harness/worker/loops/inside.hpp"
#include "harness/worker/loops/scheduled.hpp"
#include "harness/worker/loops/setup.hpp"
#include "harness/worker/loops/sources.hpp"
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
            if (first) return one_way_producer(end, state, cell.peer);
            single_stream<T> stream(end, state);
            return one_way_consumer(stream, state, cell.peer);
    }
}

/// One object for all: the first of each side connects it as a pair does, the others join.
template <class T>
void run_shared(setup& cell, session& state) {
    T end(cell);
    state.enter(stage::meeting);
    cell.peer.meet();
    const bool competes = cell.group.how == topology::shared && cell.group.consumers.size() > 1;
    if (cell.producer()) {
        one_way_producer(end, state, cell.peer, competes ? cell.group.consumers.size() : 1);
    } else if (competes) {
        competing_stream<T> stream(end, state);
        one_way_consumer(stream, state, cell.peer);
    } else if (cell.group.how == topology::broadcast) {
        single_stream<T> stream(end, state);
        one_way_consumer(stream, state, cell.peer);
    } else {
        shared_stream<T> stream(end, state, cell.group.producers);
        one_way_consumer(stream, state, cell.peer);
    }
    cell.peer.meet();
}

/// The process that all others have a channel to.
template <servable T>
void run_server(setup& cell, session& state) {
    channel_set<T> channels(cell, state);
    state.enter(stage::meeting);
    cell.peer.meet();
    if (cell.both_ways())
        serving_consumer(channels, state, cell.peer);
    else
        one_way_consumer(channels, state, cell.peer);
    cell.peer.meet();
}

/// One end of a channel of its own, in step with all others.
template <class T>
void run_own_channel(setup& cell, session& state) {
    const auto& partners = cell.producer() ? cell.group.consumers : cell.group.producers;
    const bool pairs = cell.group.how == topology::pairs;
    rendezvous line = cell.peer.with(partners.at(pairs ? cell.group.index : 0));
    setup mine{channel_values(cell, cell.group.index), line};
    T end(mine);
    cell.notes.merge(mine.notes);
    state.enter(stage::meeting);
    cell.peer.meet();
    run(end, state, cell);
    cell.peer.meet();
}

/// More than a pair.
template <class T>
void run_several(setup& cell, session& state) {
    state.enter(stage::constructing);
    if (cell.group.one_object()) {
        if constexpr (T::info.facts.joinable) return run_shared<T>(cell, state);
    } else if (cell.producer() || cell.group.how == topology::pairs) {
        return run_own_channel<T>(cell, state);
    } else {
        if constexpr (servable<T>) return run_server<T>(cell, state);
    }
    throw std::logic_error("this mechanism connects no more than a pair in that way");
}

/// One side of a repetition from the endpoint's construction to its end.
template <class T>
void run_spawn(setup& cell, session& state) {
    if (cell.group.how != topology::pair) return run_several<T>(cell, state);
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
