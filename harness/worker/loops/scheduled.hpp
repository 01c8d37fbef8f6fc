#pragma once

#include "harness/worker/loops/messages.hpp"
#include "harness/worker/open_loop.hpp"

/// The open loop: messages that are due at times which do not depend on how fast earlier ones were
/// carried, so that a stall shows in every message that it delayed (no coordinated omission; Tene,
/// "How NOT to measure latency"). paced: an absolute schedule. wake: one message after a silence.
/// burst: n messages due at once.
namespace ipcmark::loops {

/// Waits until the peer has received every message before `sequence`. A lossy mechanism may have
/// dropped the last ones: then its silence ends the wait.
template <class T>
void await_receipt(const session& run, std::uint64_t sequence) {
    const std::uint64_t patience =
        run.clock.to_ticks(2 * std::int64_t{loss_timeout_ms} * 1'000'000);
    const std::uint64_t start = run.clock.now();
    while (run.peer_progress() < sequence) {
        if (T::info.facts.may_drop && run.clock.now() - start > patience) return;
        wait_until(run.clock, run.clock.now() + run.clock.to_ticks(5'000), run.work.pace.may_spin);
    }
}

/// Sends one group that is due now or was; the last message of the last one ends the phase.
template <class T>
void send_group(T& end, session& run, send_log& log, std::uint64_t due, std::size_t index,
                bool last) {
    for (std::uint64_t i = 0; i < run.work.pace.burst; ++i) {
        if (last && i + 1 == run.work.pace.burst) [[unlikely]]
            run.begin_last(phase::timed);
        log.note(index + i, due, run.clock.now());
        send_next(end, run);
        flush(end);
        run.note_progress(run.out.sequence());
    }
}

template <class T, class Send>
sending send_scheduled(session& run, send_log& log, Send send) {
    constexpr std::int64_t lead_ns = 200'000;  // the consumer gets to its recv
    constexpr std::uint64_t patience = 3;      // phases, for a mechanism that cannot keep up
    const pacing& pace = run.work.pace;
    const std::uint64_t start = run.clock.now() + run.clock.to_ticks(lead_ns);
    const std::uint64_t end_of_phase = start + run.clock.to_ticks(run.work.timed_ns);
    const std::uint64_t give_up = start + patience * (end_of_phase - start);
    const std::size_t most = run.work.max_messages == 0
                                 ? log.capacity()
                                 : std::min<std::size_t>(log.capacity(), run.work.max_messages);
    due_times times(run.work.pace, start, run.clock.to_ticks(1'000'000'000));
    sending done;
    for (bool last = false; !last;) {
        done.last_due = times.due();
        if (times.is_absolute()) times.advance();
        last = done.sent + 2 * pace.burst > most || times.due() >= end_of_phase ||
               run.clock.now() >= give_up;
        done.spun += wait_until(run.clock, done.last_due, pace.may_spin);
        send(log, done.last_due, done.sent, last);
        done.sent += pace.burst;
        if (times.is_absolute()) continue;
        await_receipt<T>(run, run.out.sequence());
        times.set_due(run.clock.now() + run.clock.to_ticks(pace.gap_ns));
    }
    run.end_last();
    done.planned = done.sent;
    if (times.is_absolute() && done.sent < most)
        for (; times.due() < end_of_phase; times.advance()) {
            ++done.planned;  // due, and never sent: the phase was given up
            done.last_due = times.due();
        }
    return done;
}

/// send(log, due, index, last) sends the group that begins with message `index`.
template <class T, class Send>
void produce_scheduled(T& end, session& run, setup& cell, Send send) {
    warm_up_by_stream(end, run);
    run.enter(stage::timing);
    sleep_exactly();
    send_log log = send_log::create(cell.peer, cell.name, scheduled_messages(run.work));
    log.set_first_sequence(run.out.sequence());
    cell.peer.meet();
    run.start_counting();
    const sending done = send_scheduled<T>(run, log, send);
    run.result.last_ticks = run.clock.now();
    run.stop_counting(done.sent);
    run.result.messages = done.sent;
    note_own_cost(done, run);
    run.result.first_ticks = log[0].sent.load(std::memory_order_relaxed);
    if (run.work.pace.rate_hz > 0) record_punctuality(log, done, run);
}

template <class T>
void scheduled_producer(T& end, session& run, setup& cell) {
    produce_scheduled<T>(end, run, cell,
                         [&](send_log& log, std::uint64_t due, std::size_t index, bool last) {
                             send_group(end, run, log, due, index, last);
                         });
}

/// The consumer's way to the timed phase.
template <class T>
send_log receive_warm_up(T& end, session& run, setup& cell) {
    run.enter(stage::warming_up);
    run.result.warm_up_messages = receive_all(end, run, phase::warm_up, ignore{});
    run.in.reset_counts();
    run.enter(stage::timing);
    return send_log::open(cell.peer);
}

template <class T>
void scheduled_consumer(T& end, session& run, setup& cell) {
    const send_log log = receive_warm_up(end, run, cell);
    arrival_log arrivals(log.capacity());
    cell.peer.meet();
    const std::uint64_t first = log.first_sequence();
    measurement& result = run.result;
    run.start_counting();
    result.first_ticks = run.clock.now();
    result.messages = receive_all(end, run, phase::timed, [&](std::uint64_t) {
        const std::uint64_t now = run.clock.now();
        arrivals.note(run.in.last() - first, now);
    });
    run.stop_counting(result.messages);
    result.lost = run.in.lost();
    result.out_of_order = run.in.out_of_order();
    arrivals.evaluate(log, run);
}

}  // namespace ipcmark::loops
