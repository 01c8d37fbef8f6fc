#pragma once

#include <cmath>
#include <random>

#include "harness/measure/loops.hpp"
#include "harness/measure/timetable.hpp"

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
    double interval_ticks() const { return interval_ticks_; }

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

/// What the producer can say of its own punctuality.
struct punctuality {
    std::uint64_t planned = 0;  // due before the end of the phase
    std::uint64_t sent = 0;
    std::uint64_t late_by_a_slot = 0;
    std::uint64_t first_sent = 0;
    std::uint64_t last_sent = 0;
    std::uint64_t first_due = 0;
    std::uint64_t last_due = 0;

    void note(std::map<std::string, double>& figures, const shared_clock& clock) const {
        const auto per_second = [](double count, double ns) { return count / ns * 1e9; };
        const auto offered_ns = static_cast<double>(clock.to_ns(first_due, last_due));
        const auto sent_ns = static_cast<double>(clock.to_ns(first_sent, last_sent));
        if (planned < 2 || sent < 2 || offered_ns <= 0 || sent_ns <= 0) return;
        figures["offered_per_second"] = per_second(static_cast<double>(planned - 1), offered_ns);
        figures["achieved_per_second"] = per_second(static_cast<double>(sent - 1), sent_ns);
        figures["missed_share"] =
            static_cast<double>(late_by_a_slot + planned - sent) / static_cast<double>(planned);
    }
};

/// Sends one group that is due now or was; keeps what it did.
template <class T>
void send_group(T& end, session& run, timetable& table, std::uint64_t due, std::size_t index,
                const schedule& times, punctuality& kept) {
    for (std::uint64_t i = 0; i < run.work.pace.burst; ++i) {
        const std::uint64_t now = run.clock.now();
        table.note(index + i, due, now);
        if (kept.sent++ == 0) {
            kept.first_sent = now;
            kept.first_due = due;
        }
        kept.last_sent = now;
        kept.last_due = due;
        if (times.is_absolute() &&
            static_cast<double>(now) - static_cast<double>(due) > times.interval_ticks())
            ++kept.late_by_a_slot;
        send_next(end, run);
        flush(end);
        run.note_progress(run.out.sequence());
    }
}

template <class T>
punctuality send_scheduled(T& end, session& run, timetable& table) {
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
    punctuality kept;
    std::size_t index = 0;
    for (bool last = false; !last; index += pace.burst) {
        const std::uint64_t due = times.due();
        if (times.is_absolute()) times.advance();
        last = index + 2 * pace.burst > most || times.due() >= end_of_phase ||
               run.clock.now() >= give_up;
        if (last) run.announce_last(phase::timed, run.out.sequence() + pace.burst - 1);
        wait_until(run.clock, due, pace.may_spin);
        send_group(end, run, table, due, index, times, kept);
        if (times.is_absolute()) continue;
        await_receipt<T>(run, run.out.sequence());
        times.set_due(run.clock.now() + run.clock.to_ticks(pace.gap_ns));
    }
    kept.planned = kept.sent;
    if (times.is_absolute() && kept.sent < most)
        for (; times.due() < end_of_phase; times.advance()) {
            ++kept.planned;  // due, and never sent: the phase was given up
            kept.last_due = times.due();
        }
    return kept;
}

template <class T>
void scheduled_producer(T& end, session& run, setup& cell) {
    run.enter(stage::warming_up);
    const std::uint64_t start = run.clock.now();
    run.result.warm_up_messages = stream(
        end, run, phase::warm_up, 1,
        [&](std::uint64_t now, std::uint64_t n) { return warm_up_over(run, start, now, n); });
    run.result.warm_up_ns = run.clock.to_ns(start, run.clock.now());
    run.enter(stage::timing);
    sleep_exactly();
    timetable table = timetable::lend(cell.peer, cell.name, scheduled_messages(run.work));
    table.set_first_sequence(run.out.sequence());
    cell.peer.meet();
    run.start_counting();
    const punctuality kept = send_scheduled(end, run, table);
    run.stop_counting(kept.sent);
    run.result.messages = kept.sent;
    run.result.first_ticks = kept.first_sent;
    run.result.last_ticks = kept.last_sent;
    if (run.work.pace.rate_hz > 0) kept.note(run.result.figures, run.clock);
}

/// What the consumer makes of each message's stamps.
struct arrivals {
    histogram from_sending;
    histogram lags;
    histogram drains;        // burst: from due to the last one's arrival
    histogram first_decile;  // of the response times, in the order of the schedule
    histogram last_decile;

    void note(std::map<std::string, double>& figures, const histogram& responses) const {
        const auto give = [&](const char* key, const histogram& from, double q) {
            if (const auto value = from.supported_quantile_ns(q)) figures[key] = *value;
        };
        give("send_p50_ns", from_sending, 0.5);
        give("send_p99_ns", from_sending, 0.99);
        give("sched_lag_p99_ns", lags, 0.99);
        if (drains.count() > 0) figures["drain_ns"] = drains.quantile_ns(0.5);
        if (first_decile.count() == 0 || last_decile.count() == 0) return;
        const double growth =
            last_decile.quantile_ns(0.5) / std::max(first_decile.quantile_ns(0.5), 1.0);
        const double late = lags.quantile_ns(0.99) / std::max(responses.quantile_ns(0.99), 1.0);
        figures["response_growth"] = growth;
        figures["lag_of_response"] = late;
    }
};

template <class T>
void scheduled_consumer(T& end, session& run, setup& cell) {
    run.enter(stage::warming_up);
    run.result.warm_up_messages = drain(end, run, phase::warm_up, [](std::uint64_t) {});
    run.in.reset_counts();
    run.enter(stage::timing);
    arrivals seen;
    const timetable table = timetable::borrow(cell.peer);
    cell.peer.meet();
    const std::uint64_t first = table.first_sequence();
    const std::uint64_t burst = run.work.pace.burst;
    const auto planned = static_cast<std::uint64_t>(static_cast<double>(run.work.timed_ns) *
                                                    run.work.pace.rate_hz / 1e9);
    measurement& result = run.result;
    run.start_counting();
    result.first_ticks = run.clock.now();
    result.messages = drain(end, run, phase::timed, [&](std::uint64_t) {
        const std::uint64_t now = run.clock.now();
        const std::uint64_t index = run.in.last() - first;
        if (index >= table.capacity()) return;  // a late one of the warm-up
        const timetable::stamps& row = table[index];
        const std::uint64_t due = row.due.load(std::memory_order_relaxed);
        const std::uint64_t sent = row.sent.load(std::memory_order_relaxed);
        const std::int64_t response_ns = run.clock.to_ns(due, now);
        run.record(response_ns);
        seen.from_sending.record(run.clock.to_ns(sent, now));
        seen.lags.record(run.clock.to_ns(due, sent));
        if (burst > 1 && (index + 1) % burst == 0) seen.drains.record(response_ns);
        if (10 * index < planned) seen.first_decile.record(response_ns);
        if (planned > 0 && 10 * index >= 9 * planned) seen.last_decile.record(response_ns);
        result.last_ticks = now;
    });
    run.stop_counting(result.messages);
    result.lost = run.in.lost();
    result.out_of_order = run.in.out_of_order();
    seen.note(result.figures, run.latencies);
}

}  // namespace ipcmark::loops
