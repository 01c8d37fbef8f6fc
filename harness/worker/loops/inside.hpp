#pragma once

#include <memory>

#include "harness/base/function_view.hpp"
#include "harness/worker/loops/messages.hpp"

/// The exchange without a second process: one process holds both ends and makes all the calls of a
/// round trip itself, so that nothing ever waits. What is left is system calls and copies: `O` of
/// lmbench's lat_ctx (McVoy and Staelin, "lmbench: portable tools for performance analysis", 1996).
namespace ipcmark::loops {

/// Makes both ends of a cell in this process. Constructors of the two sides talk to each other,
/// hence a thread for the consumer's; it is gone when this returns. Both get the values of `cell`,
/// which gets their notes, the producer's first. Throws what they throw.
void make_both_ends(setup& cell, function_view<void(setup&)> make_producer,
                    function_view<void(setup&)> make_consumer);

template <class T>
struct both_ends {
    explicit both_ends(setup& cell) {
        make_both_ends(
            cell, [this](setup& side) { producer = std::make_unique<T>(side); },
            [this](setup& side) { consumer = std::make_unique<T>(side); });
    }
    std::unique_ptr<T> producer;
    std::unique_ptr<T> consumer;
};

/// The consumer's half of the payload rules, which in a pair the other process's session has.
struct other_half {
    explicit other_half(const session& run) : out(run.incoming), in(run.outgoing, run.rule) {}
    payload_writer out;
    payload_checker in;
};

template <class T>
void exchange_inside(both_ends<T>& ends, session& run, other_half& other) {
    send_next(*ends.producer, run);
    flush(*ends.producer);
    if (!ends.consumer->recv([&other](readable bytes) { other.in.check(bytes); }))
        run.peer_closed();
    ends.consumer->send([&other](writable bytes) noexcept { other.out.write(bytes); });
    flush(*ends.consumer);
    if (!receive_next(*ends.producer, run)) run.peer_closed();
}

template <class T>
void inside_producer(setup& cell, session& run) {
    run.enter(stage::constructing);
    both_ends<T> ends(cell);
    other_half other(run);
    run.enter(stage::warming_up);
    const std::uint64_t start = run.clock.now();
    std::uint64_t exchanges = 0;
    const end_rule warm = end_rule::warm_up(run, start);
    for (; !warm(run.clock.now(), exchanges); ++exchanges)
        exchange_inside(ends, run, other);
    run.result.warm_up_messages = exchanges;
    run.enter(stage::timing);
    run.start_counting();
    const std::uint64_t first = run.clock.now();
    const std::uint64_t deadline = first + run.clock.to_ticks(run.work.timed_ns);
    std::uint64_t previous = first;
    for (exchanges = 0; previous < deadline; ++exchanges) {
        exchange_inside(ends, run, other);
        const std::uint64_t now = run.clock.now();
        run.record(run.clock.to_ns(previous, now));
        previous = now;
    }
    run.stop_counting(exchanges);
    run.result.messages = exchanges;
    run.result.first_ticks = first;
    run.result.last_ticks = previous;
}

}  // namespace ipcmark::loops
