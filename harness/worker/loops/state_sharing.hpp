#pragma once

#include "harness/worker/loops/scheduled.hpp"

/// One side writes a value at a steady rate, the other reads whatever is there, without a pause.
/// What a reader finds has an age: the time since it began to be written (age of information; Kaul,
/// Yates, Gruteser, "Real-time status: how often should one update?", INFOCOM 2012).
namespace ipcmark::loops {

template <class T>
void state_producer(T& end, session& run, setup& cell) {
    histogram write_costs;
    const auto write = [&](send_log& log, std::uint64_t due, std::size_t index, bool last) {
        if (last) [[unlikely]]
            run.begin_last(phase::timed);
        const std::uint64_t from = run.clock.now();
        log.note(index, due, from);
        send_next(end, run);
        flush(end);
        write_costs.record(run.clock.to_ns(from, run.clock.now()));
        run.note_progress(run.out.sequence());
    };
    produce_scheduled<T>(end, run, cell, write);
    note_write_costs(write_costs, run);
}

template <class T>
void state_consumer(T& end, session& run, setup& cell) {
    // Reading the clock costs as much as reading a small value.
    constexpr std::size_t small_bytes = 1024;
    constexpr std::uint64_t reads_of_small = 16;
    const std::uint64_t batch = cell.payload_bytes <= small_bytes ? reads_of_small : 1;
    const send_log log = receive_warm_up(end, run, cell);
    age_log ages(run.clock.to_ticks(run.work.timed_ns));
    reading done;
    cell.peer.meet();
    const std::uint64_t first = log.first_sequence();
    measurement& result = run.result;
    run.start_counting();
    result.first_ticks = run.clock.now();
    do {
        for (std::uint64_t i = 0; i < batch; ++i)
            if (!end.read([&run](readable bytes) { run.in.check_at_will(bytes); })) ++done.retried;
        done.reads += batch;
        ages.note(run.in.last() - first, run.clock.now());
        run.note_progress(run.in.last() + 1);
    } while (!run.is_over(phase::timed));
    result.last_ticks = run.clock.now();
    run.stop_counting(run.in.received());
    result.messages = run.in.received();
    ages.evaluate(log, done, run);
}

}  // namespace ipcmark::loops
