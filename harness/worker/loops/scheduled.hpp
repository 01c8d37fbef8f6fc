#pragma once

#include <random>

#include "harness/worker/loops/exchange.hpp"
#include "harness/worker/open_loop.hpp"

/// The open loop: messages that are due at times which do not depend on how fast earlier ones were
/// carried, so that a stall shows in every message that it delayed (no coordinated omission; Tene,
/// "How NOT to measure latency"). paced: an absolute schedule. wake: one message after a silence.
/// burst: n messages due at once.
namespace ipcmark::loops {

/// When the next messages are due, and how many at once.
class schedule {
public:
    schedule(const session& run, std::uint64_t start)
        : pace_(run.work.pace),
          due_(static_cast<double>(start)),
          interval_ticks_(pace_.rate_hz > 0
                              ? static_cast<double>(run.clock.to_ticks(1'000'000'000)) /
                                    pace_.rate_hz
                              : 0),
          random_(pace_.seed) {}

    std::uint64_t due() const { return static_cast<std::uint64_t>(due_); }
    bool is_absolute() const { return pace_.rate_hz > 0; }

    /// Absolute: whatever became of the last one.
    void advance() { due_ += pace_.poisson ? interval_ticks_ * gap_(random_) : interval_ticks_; }
    void set_due(std::uint64_t ticks) { due_ = static_cast<double>(ticks); }

private:
    pacing pace_;
    double due_;  // a double holds the ticks of two months exactly
    double interval_ticks_;
    std::mt19937_64 random_;
    std::exponential_distribution<double> gap_{1.0};
};

/// Messages that the timetable needs: what the plan names, within its capacity.
inline std::size_t scheduled_messages(const effort& work) {
    const double span_ns = static_cast<double>(work.timed_ns);
    const double planned =
        work.pace.rate_hz > 0
            ? 2 * span_ns * work.pace.rate_hz / 1e9 + 64
            : (span_ns / static_cast<double>(std::max<std::int64_t>(work.pace.gap_ns, 1000)) + 2) *
                  static_cast<double>(work.pace.burst);
    return std::min(timetable::most_messages,
                    static_cast<std::size_t>(planned) + static_cast<std::size_t>(work.pace.burst));
}

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
void send_group(T& end, session& run, timetable& table, std::uint64_t due, std::size_t index,
                bool last) {
    for (std::uint64_t i = 0; i < run.work.pace.burst; ++i) {
        if (last && i + 1 == run.work.pace.burst) [[unlikely]]
            run.begin_last(phase::timed);
        table.note(index + i, due, run.clock.now());
        send_next(end, run);
        flush(end);
        run.note_progress(run.out.sequence());
    }
}

template <class T>
sending send_scheduled(T& end, session& run, timetable& table) {
    constexpr std::int64_t lead_ns = 200'000;  // the consumer gets to its recv
    constexpr std::uint64_t patience = 3;      // phases, for a mechanism that cannot keep up
    const pacing& pace = run.work.pace;
    const std::uint64_t start = run.clock.now() + run.clock.to_ticks(lead_ns);
    const std::uint64_t end_of_phase = start + run.clock.to_ticks(run.work.timed_ns);
    const std::uint64_t give_up = start + patience * (end_of_phase - start);
    const std::size_t most = run.work.max_messages == 0
                                 ? table.capacity()
                                 : std::min<std::size_t>(table.capacity(), run.work.max_messages);
    schedule times(run, start);
    sending done;
    for (bool last = false; !last;) {
        done.last_due = times.due();
        if (times.is_absolute()) times.advance();
        last = done.sent + 2 * pace.burst > most || times.due() >= end_of_phase ||
               run.clock.now() >= give_up;
        wait_until(run.clock, done.last_due, pace.may_spin);
        send_group(end, run, table, done.last_due, done.sent, last);
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

template <class T>
void scheduled_producer(T& end, session& run, setup& cell) {
    warm_up_by_stream(end, run);
    run.enter(stage::timing);
    sleep_exactly();
    timetable table = timetable::lend(cell.peer, cell.name, scheduled_messages(run.work));
    table.set_first_sequence(run.out.sequence());
    cell.peer.meet();
    run.start_counting();
    const sending done = send_scheduled(end, run, table);
    run.result.last_ticks = run.clock.now();
    run.stop_counting(done.sent);
    run.result.messages = done.sent;
    run.result.first_ticks = table[0].sent.load(std::memory_order_relaxed);
    if (run.work.pace.rate_hz > 0) note_punctuality(table, done, run);
}

template <class T>
void scheduled_consumer(T& end, session& run, setup& cell) {
    run.enter(stage::warming_up);
    run.result.warm_up_messages = drain(end, run, phase::warm_up, [](std::uint64_t) {});
    run.in.reset_counts();
    run.enter(stage::timing);
    const timetable table = timetable::borrow(cell.peer);
    arrival_log arrivals(table.capacity());
    cell.peer.meet();
    const std::uint64_t first = table.first_sequence();
    measurement& result = run.result;
    run.start_counting();
    result.first_ticks = run.clock.now();
    result.messages = drain(end, run, phase::timed, [&](std::uint64_t) {
        const std::uint64_t now = run.clock.now();
        arrivals.note(run.in.last() - first, now);
    });
    run.stop_counting(result.messages);
    result.lost = run.in.lost();
    result.out_of_order = run.in.out_of_order();
    arrivals.evaluate(table, run);
}

}  // namespace ipcmark::loops
