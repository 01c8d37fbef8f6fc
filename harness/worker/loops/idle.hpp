#pragma once

#include <cerrno>
#include <cstdint>
#include <time.h>

#include "harness/worker/loops/messages.hpp"

/// What waiting costs: some messages, silence for effort.timed_ns, one message more. The consumer
/// reads its usage when the silence begins and when it is over.
namespace ipcmark::loops {

inline constexpr std::uint64_t messages_before_silence = 16;

inline void be_silent(std::int64_t span_ns) {
    constexpr std::int64_t second = 1'000'000'000;
    timespec left{span_ns / second, span_ns % second};
    while (::clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {
    }
}

template <class T>
void idle_producer(T& end, session& run, setup& cell) {
    const auto send = [&](phase which, std::uint64_t messages) {
        const end_rule over = end_rule::after(messages);
        if (cell.both_ways())
            ping(end, run, which, over, ignore{});
        else
            send_until(end, run, which, 1, over);
    };
    run.enter(stage::warming_up);
    send(phase::warm_up, messages_before_silence);
    run.enter(stage::timing);
    cell.peer.meet();
    be_silent(run.work.timed_ns);
    send(phase::timed, 1);
}

template <class T>
void idle_consumer(T& end, session& run, setup& cell) {
    const auto receive = [&](phase which) {
        return cell.both_ways() ? echo(end, run, which) : receive_all(end, run, which, ignore{});
    };
    run.enter(stage::warming_up);
    receive(phase::warm_up);
    run.enter(stage::timing);
    cell.peer.meet();
    run.start_counting();
    run.result.first_ticks = run.clock.now();
    run.result.messages = receive(phase::timed);
    run.result.last_ticks = run.clock.now();
    run.stop_counting(run.result.messages);
}

}  // namespace ipcmark::loops
