#pragma once

#include <algorithm>
#include <cstdint>

#include "harness/worker/loops/messages.hpp"
#include "harness/worker/loops/unstamped_block.hpp"

/// Round trips, one-way streams, and the same work by one process without a peer.
namespace ipcmark::loops {

inline constexpr std::uint64_t lead_in_exchanges = 16;

template <class T>
void round_trip_producer(T& end, session& run, rendezvous& peer) {
    run.enter(stage::warming_up);
    const std::uint64_t start = run.clock.now();
    run.result.warm_up_messages =
        ping(end, run, phase::warm_up, end_rule::warm_up(run, start), ignore{});
    run.result.warm_up_ns = run.clock.to_ns(start, run.clock.now());
    run.in.reset_counts();
    run.enter(stage::timing);
    peer.meet();
    run.start_counting();
    const std::uint64_t lead_in =
        ping(end, run, phase::lead_in, end_rule::after(lead_in_exchanges), ignore{});
    run.in.reset_counts();

    const std::uint64_t first = run.clock.now();
    const std::uint64_t deadline = first + run.clock.to_ticks(run.work.timed_ns);
    const std::uint64_t limit = run.work.max_messages;
    const std::uint64_t exchanges = ping(
        end, run, phase::timed,
        [=](std::uint64_t now, std::uint64_t n) { return now >= deadline || n == limit; },
        [&run](std::uint64_t from, std::uint64_t to, std::uint64_t) {
            run.record_exchange(run.clock.to_ns(from, to));
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
    run.result.warm_up_messages = echo(end, run, phase::warm_up);
    run.enter(stage::timing);
    peer.meet();
    run.start_counting();
    const std::uint64_t lead_in = echo(end, run, phase::lead_in);
    run.result.messages = echo(end, run, phase::timed);
    run.stop_counting(lead_in + run.result.messages);
    if (run.work.unstamped_block) untimed_consumer(end, run, peer);
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
void warm_up_by_stream(T& end, session& run, std::uint64_t closing = 1) {
    run.enter(stage::warming_up);
    const std::uint64_t start = run.clock.now();
    run.result.warm_up_messages =
        send_until(end, run, phase::warm_up, 1, end_rule::warm_up(run, start), closing);
    run.result.warm_up_ns = run.clock.to_ns(start, run.clock.now());
}

/// `closing`: messages that end a phase, one for each consumer that takes its own.
template <class T>
void one_way_producer(T& end, session& run, rendezvous& peer, std::uint64_t closing = 1) {
    constexpr std::int64_t clock_span_ns = 20'000;
    warm_up_by_stream(end, run, closing);
    const bool counted = run.work.max_messages != 0;
    const std::uint64_t batch = counted ? 1 : batch_for(run, clock_span_ns, 1024);
    run.enter(stage::timing);
    peer.meet();
    run.start_counting();
    const std::uint64_t first = run.clock.now();
    run.result.first_sequence = run.out.sequence();
    run.result.messages =
        send_until(end, run, phase::timed, batch, end_rule::timed(run, first), closing);
    run.result.last_ticks = run.clock.now();
    run.stop_counting(run.result.messages);
    run.result.first_ticks = first;
}

/// Several messages may arrive at once, and the endpoint says how often any did.
template <class T>
concept joins_messages = requires(const T& end) {
    end.deliveries();
};

/// What reaches the end of a pair's channel.
template <class T>
class single_stream {
public:
    static constexpr bool may_drop = T::info.facts.may_drop;

    single_stream(T& end, session& run) : end_(end), run_(run) {}

    template <class OnMessage>
    std::uint64_t receive(phase which, OnMessage on_message) {
        return receive_all(end_, run_, which, on_message);
    }
    void reset_counts() noexcept { run_.in.reset_counts(); }
    void tell(measurement& result) const {
        result.lost = run_.in.lost();
        result.out_of_order = run_.in.out_of_order();
    }
    const T& end() const noexcept requires joins_messages<T> { return end_; }

private:
    T& end_;
    session& run_;
};

/// `stream`: of one producer, or of several.
template <class Stream>
void one_way_consumer(Stream& stream, session& run, rendezvous& peer) {
    constexpr bool joins = requires {
        stream.end();
    };
    const auto deliveries = [&]() -> std::uint64_t {
        if constexpr (joins) return stream.end().deliveries();
        return 0;
    };
    constexpr std::int64_t block_span_ns = 5'000'000;
    run.enter(stage::warming_up);
    const std::uint64_t start = run.clock.now();
    run.result.warm_up_messages = stream.receive(phase::warm_up, ignore{});
    run.result.warm_up_ns = run.clock.to_ns(start, run.clock.now());
    stream.reset_counts();
    measurement& result = run.result;
    result.block_messages = batch_for(run, block_span_ns, std::uint64_t{1} << 40);
    run.enter(stage::timing);
    peer.meet();
    run.start_counting();
    const std::uint64_t taken = deliveries();
    result.first_ticks = run.clock.now();
    std::uint64_t next_stamp = result.block_messages;
    result.messages = stream.receive(phase::timed, [&](std::uint64_t received) {
        if constexpr (Stream::may_drop) result.last_ticks = run.clock.now();
        if (received != next_stamp) [[likely]]
            return;
        next_stamp += result.block_messages;
        if (result.block_ticks.size() < result.block_ticks.capacity())
            result.block_ticks.push_back(run.clock.now());
    });
    if constexpr (!Stream::may_drop) result.last_ticks = run.clock.now();
    run.stop_counting(result.messages);
    stream.tell(result);
    if constexpr (joins)
        result.figures["deliveries_per_second"] =
            static_cast<double>(deliveries() - taken) * 1e9 /
            static_cast<double>(run.clock.to_ns(result.first_ticks, result.last_ticks));
}

/// For a transport without a peer: the same work, one process doing both sides' part.
template <class T>
void loop_back(T& end, session& run) {
    const auto pass = [&](auto over, auto record) {
        std::uint64_t passes = 0;
        std::uint64_t previous = run.clock.now();
        for (bool last = false; !last; ++passes) {
            last = over(previous, passes + 1);
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
    run.result.warm_up_messages = pass(end_rule::warm_up(run, start), ignore{});
    run.result.warm_up_ns = run.clock.to_ns(start, run.clock.now());
    run.enter(stage::timing);
    run.start_counting();
    const std::uint64_t first = run.clock.now();
    const std::uint64_t deadline = first + run.clock.to_ticks(run.work.timed_ns);
    const std::uint64_t limit = run.work.max_messages;
    run.result.messages = pass(
        [=](std::uint64_t now, std::uint64_t n) { return now >= deadline || n == limit; },
        [&run](std::uint64_t from, std::uint64_t to) { run.record(run.clock.to_ns(from, to)); });
    run.result.last_ticks = run.clock.now();
    run.stop_counting(run.result.messages);
    run.result.first_ticks = first;
    untimed_alone(end, run);
}

}  // namespace ipcmark::loops
