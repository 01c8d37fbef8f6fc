#pragma once

#include <algorithm>
#include <cstdint>

#include "harness/worker/loops/idle.hpp"
#include "harness/worker/loops/unstamped_block.hpp"
#include "harness/worker/session.hpp"

/// The only message loops there are. Each is instantiated in the transport's own file, so that
/// send and recv inline into it and nothing in it is called through a pointer.
namespace ipcmark::loops {

inline constexpr std::uint64_t lead_in_exchanges = 16;

template <class T>
concept flushes = requires(T& end) {
    end.flush();
};
/// A library owns the server's loop: serve(handler) calls handler(readable request, writable
/// reply) once per request and returns after the call that gave false has been answered.
template <class T>
concept serves = requires(T& end) {
    end.serve([](readable, writable) { return true; });
};

template <class T>
void send_next(T& end, session& run) {
    end.send([&run](writable bytes) noexcept { run.out.write(bytes); });
}

template <class T>
bool receive_next(T& end, session& run) {
    return end.recv([&run](readable bytes) { run.in.check(bytes); });
}

template <class T>
void flush(T& end) {
    if constexpr (flushes<T>) end.flush();
}

/// Whether a warm-up that began at `start` is over: a fixed rule, never "until it looks flat".
inline bool warm_up_over(const session& run, std::uint64_t start, std::uint64_t now,
                         std::uint64_t messages) {
    const std::int64_t elapsed_ns = run.clock.to_ns(start, now);
    return elapsed_ns >= run.work.warm_up_max_ns ||
           (elapsed_ns >= run.work.warm_up_min_ns && messages >= run.work.warm_up_messages);
}

/// The reply to the message `sequence`; with a lossy transport, false when none came in time.
template <class T>
bool receive_reply(T& end, session& run, std::uint64_t sequence) {
    for (;;) {
        if (!receive_next(end, run)) {
            if constexpr (T::info.facts.may_drop) {
                run.in.close_gap(sequence);
                return false;
            }
            run.peer_closed();
        }
        if constexpr (T::info.facts.may_drop) {
            if (run.in.last() < sequence) continue;  // the late reply to an earlier message
        }
        return true;
    }
}

/// Sends and awaits replies until over(stamp, exchanges) holds, which ends the phase with one
/// exchange more. record(from, to, exchanges) gets the chained stamps: one clock reading a round
/// trip. Returns the number of exchanges.
template <class T, class Over, class Record>
std::uint64_t lead(T& end, session& run, phase which, Over over, Record record) {
    std::uint64_t exchanges = 0;
    std::uint64_t previous = run.clock.now();
    for (bool last = false; !last; ++exchanges) {
        last = over(previous, exchanges);
        const std::uint64_t sequence = run.out.sequence();
        if (last) [[unlikely]]
            run.begin_last(which);
        send_next(end, run);
        flush(end);
        const bool answered = receive_reply(end, run, sequence);
        const std::uint64_t now = run.clock.now();
        if (answered) record(previous, now, exchanges);
        run.note_progress(sequence + 1);
        previous = now;
    }
    run.end_last();
    return exchanges;
}

/// Answers until the last message. Returns the number of replies.
template <class T>
std::uint64_t follow(T& end, session& run, phase which) {
    std::uint64_t replies = 0;
    run.in.forget_end();
    if constexpr (serves<T>) {
        end.serve([&](readable request, writable reply) {
            run.in.check(request);
            run.out.set_sequence(run.in.last());
            run.out.write(reply);
            ++replies;
            return !run.is_over(which);
        });
        return replies;
    }
    for (;;) {
        if (!receive_next(end, run)) {
            if constexpr (T::info.facts.may_drop) {
                if (run.announced(which) != shared_state::not_announced) return replies;
                continue;
            }
            run.peer_closed();
        }
        const std::uint64_t sequence = run.in.last();
        const bool last = run.is_over(which);
        run.out.set_sequence(sequence);
        send_next(end, run);
        flush(end);
        run.note_progress(sequence + 1);
        ++replies;
        if (last) return replies;
    }
}

template <class T>
void round_trip_producer(T& end, session& run, rendezvous& peer) {
    run.enter(stage::warming_up);
    const std::uint64_t start = run.clock.now();
    run.result.warm_up_messages = lead(
        end, run, phase::warm_up,
        [&](std::uint64_t now, std::uint64_t n) { return warm_up_over(run, start, now, n); },
        [](auto...) {});
    run.result.warm_up_ns = run.clock.to_ns(start, run.clock.now());
    run.in.reset_counts();
    run.enter(stage::timing);
    peer.meet();
    run.start_counting();
    const std::uint64_t lead_in = lead(
        end, run, phase::lead_in,
        [](std::uint64_t, std::uint64_t n) { return n + 1 >= lead_in_exchanges; }, [](auto...) {});
    run.in.reset_counts();

    const std::uint64_t first = run.clock.now();
    const std::uint64_t deadline = first + run.clock.to_ticks(run.work.timed_ns);
    const std::uint64_t limit = run.work.max_messages;
    const std::uint64_t exchanges = lead(
        end, run, phase::timed,
        [=](std::uint64_t now, std::uint64_t n) { return now >= deadline || n + 1 == limit; },
        [&run](std::uint64_t from, std::uint64_t to, std::uint64_t) {
            run.record(run.clock.to_ns(from, to));
        });
    run.result.last_ticks = run.clock.now();
    run.stop_counting(lead_in + exchanges);
    run.result.first_ticks = first;
    run.result.messages = exchanges;
    run.result.lost = run.in.lost();
    run.result.out_of_order = run.in.out_of_order();
    if (run.work.unstamped_block) untimed_producer(end, run, peer);
}

template <class T>
void round_trip_consumer(T& end, session& run, rendezvous& peer) {
    run.enter(stage::warming_up);
    run.result.warm_up_messages = follow(end, run, phase::warm_up);
    run.enter(stage::timing);
    peer.meet();
    run.start_counting();
    const std::uint64_t lead_in = follow(end, run, phase::lead_in);
    run.result.messages = follow(end, run, phase::timed);
    run.stop_counting(lead_in + run.result.messages);
    if (run.work.unstamped_block) untimed_consumer(end, run, peer);
}

/// Sends until over(stamp, messages) holds, looking at the clock every `batch` messages; then one
/// message more ends the phase.
template <class T, class Over>
std::uint64_t stream(T& end, session& run, phase which, std::uint64_t batch, Over over) {
    std::uint64_t messages = 0;
    for (bool last = false; !last;) {
        last = over(run.clock.now(), messages + batch);
        if (last) [[unlikely]]
            run.begin_last(which);
        const std::uint64_t next = last ? 1 : batch;
        for (std::uint64_t i = 0; i < next; ++i)
            send_next(end, run);
        messages += next;
        run.note_progress(run.out.sequence());
    }
    flush(end);
    run.end_last();
    return messages;
}

/// Receives until the last message; on_message(received) runs after each.
template <class T, class OnMessage>
std::uint64_t drain(T& end, session& run, phase which, OnMessage on_message) {
    std::uint64_t received = 0;
    run.in.forget_end();
    for (;;) {
        if (!receive_next(end, run)) {
            if constexpr (T::info.facts.may_drop) {
                if (run.announced(which) == shared_state::not_announced) continue;
                run.in.close_gap(run.announced(which));
                return received;
            }
            run.peer_closed();
        }
        on_message(++received);
        run.note_progress(run.in.last() + 1);
        if (run.is_over(which)) return received;
    }
}

/// Messages between two looks at the clock: as many as the warm-up did in `span_ns`.
inline std::uint64_t batch_for(const session& run, std::int64_t span_ns, std::uint64_t at_most) {
    const auto per_ns = static_cast<double>(run.result.warm_up_messages) /
                        static_cast<double>(std::max<std::int64_t>(run.result.warm_up_ns, 1));
    const auto batch = static_cast<std::uint64_t>(per_ns * static_cast<double>(span_ns));
    return std::clamp<std::uint64_t>(batch, 1, at_most);
}

/// The producer's warm-up of all that goes one way.
template <class T>
void warm_up_by_stream(T& end, session& run) {
    run.enter(stage::warming_up);
    const std::uint64_t start = run.clock.now();
    run.result.warm_up_messages = stream(
        end, run, phase::warm_up, 1,
        [&](std::uint64_t now, std::uint64_t n) { return warm_up_over(run, start, now, n); });
    run.result.warm_up_ns = run.clock.to_ns(start, run.clock.now());
}

template <class T>
void one_way_producer(T& end, session& run, rendezvous& peer) {
    constexpr std::int64_t clock_span_ns = 20'000;
    warm_up_by_stream(end, run);
    const std::uint64_t limit = run.work.max_messages;
    const std::uint64_t batch = limit == 0 ? batch_for(run, clock_span_ns, 1024) : std::uint64_t{1};
    run.enter(stage::timing);
    peer.meet();
    run.start_counting();
    const std::uint64_t first = run.clock.now();
    const std::uint64_t deadline = first + run.clock.to_ticks(run.work.timed_ns);
    run.result.messages =
        stream(end, run, phase::timed, batch, [=](std::uint64_t now, std::uint64_t n) {
            return now >= deadline || (limit != 0 && n >= limit);
        });
    run.result.last_ticks = run.clock.now();
    run.stop_counting(run.result.messages);
    run.result.first_ticks = first;
}

template <class T>
void one_way_consumer(T& end, session& run, rendezvous& peer) {
    constexpr std::int64_t block_span_ns = 5'000'000;
    run.enter(stage::warming_up);
    const std::uint64_t start = run.clock.now();
    run.result.warm_up_messages = drain(end, run, phase::warm_up, [](std::uint64_t) {});
    run.result.warm_up_ns = run.clock.to_ns(start, run.clock.now());
    run.in.reset_counts();
    measurement& result = run.result;
    result.block_messages = batch_for(run, block_span_ns, std::uint64_t{1} << 40);
    run.enter(stage::timing);
    peer.meet();
    run.start_counting();
    result.first_ticks = run.clock.now();
    std::uint64_t next_stamp = result.block_messages;
    result.messages = drain(end, run, phase::timed, [&](std::uint64_t received) {
        if constexpr (T::info.facts.may_drop) result.last_ticks = run.clock.now();
        if (received != next_stamp) [[likely]]
            return;
        next_stamp += result.block_messages;
        if (result.block_ticks.size() < result.block_ticks.capacity())
            result.block_ticks.push_back(run.clock.now());
    });
    if constexpr (!T::info.facts.may_drop) result.last_ticks = run.clock.now();
    run.stop_counting(result.messages);
    result.lost = run.in.lost();
    result.out_of_order = run.in.out_of_order();
}

/// For a transport without a peer: the same work, one process doing both sides' part.
template <class T>
void loop_back(T& end, session& run) {
    const auto pass = [&](auto over, auto record) {
        std::uint64_t passes = 0;
        std::uint64_t previous = run.clock.now();
        for (bool last = false; !last; ++passes) {
            last = over(previous, passes);
            send_next(end, run);
            if (!receive_next(end, run)) run.peer_closed();
            const std::uint64_t now = run.clock.now();
            record(previous, now);
            previous = now;
        }
        return passes;
    };
    run.enter(stage::warming_up);
    const std::uint64_t start = run.clock.now();
    run.result.warm_up_messages =
        pass([&](std::uint64_t now, std::uint64_t n) { return warm_up_over(run, start, now, n); },
             [](auto...) {});
    run.result.warm_up_ns = run.clock.to_ns(start, run.clock.now());
    run.enter(stage::timing);
    run.start_counting();
    const std::uint64_t first = run.clock.now();
    const std::uint64_t deadline = first + run.clock.to_ticks(run.work.timed_ns);
    const std::uint64_t limit = run.work.max_messages;
    run.result.messages = pass(
        [=](std::uint64_t now, std::uint64_t n) { return now >= deadline || n + 1 == limit; },
        [&run](std::uint64_t from, std::uint64_t to) { run.record(run.clock.to_ns(from, to)); });
    run.result.last_ticks = run.clock.now();
    run.stop_counting(run.result.messages);
    run.result.first_ticks = first;
    untimed_alone(end, run);
}

}  // namespace ipcmark::loops
