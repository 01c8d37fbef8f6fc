#pragma once

#include <cstdint>

#include "harness/worker/loops/end_rule.hpp"
#include "harness/worker/session.hpp"

/// The only message loops there are. Each is instantiated in the transport's own file, so that
/// send and recv inline into it and nothing in it is called through a pointer. Patterns are made
/// of them; those phases in which nothing is recorded share one instantiation.
namespace ipcmark::loops {

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

/// Sends and awaits replies; the exchange before which over(stamp, exchanges with it) holds is the
/// last of the phase. record(from, to, exchanges) gets the chained stamps: one clock reading a
/// round trip. Returns the number of exchanges.
template <class T, class Over, class Record>
std::uint64_t ping(T& end, session& run, phase which, Over over, Record record) {
    std::uint64_t exchanges = 0;
    std::uint64_t previous = run.clock.now();
    for (bool last = false; !last; ++exchanges) {
        last = over(previous, exchanges + 1);
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
std::uint64_t echo(T& end, session& run, phase which) {
    std::uint64_t replies = 0;
    run.in.forget_end();
    if constexpr (serves<T>) {
        end.serve([&](readable request, writable reply) {
            run.in.check(request);
            run.note_cpu();
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
        run.note_cpu();
        const bool last = run.is_over(which);
        run.out.set_sequence(sequence);
        send_next(end, run);
        flush(end);
        run.note_progress(sequence + 1);
        ++replies;
        if (last) return replies;
    }
}

/// Of a phase in which nothing is recorded.
struct ignore {
    void operator()(auto...) const noexcept {}
};

/// Sends until the rule holds of the next `batch` messages, before each of which it looks at the
/// clock; then one message more ends the phase, or one for each consumer that takes its own.
template <class T>
std::uint64_t send_until(T& end, session& run, phase which, std::uint64_t batch,
                         const end_rule& over, std::uint64_t closing = 1) {
    std::uint64_t messages = 0;
    for (bool last = false; !last;) {
        last = over(run.clock.now(), messages + batch);
        if (last) [[unlikely]]
            run.begin_last(which);
        const std::uint64_t next = last ? closing : batch;
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
std::uint64_t receive_all(T& end, session& run, phase which, OnMessage on_message) {
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

}  // namespace ipcmark::loops
