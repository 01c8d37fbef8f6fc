#include "bench/baselines/transports.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <new>
#include <span>

#include "bench/baselines/queues.hpp"
#include "bench/baselines/side_work.hpp"
#include "harness/endpoints/channel_pair.hpp"
#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "transports/parts/packed_ring.hpp"

namespace ipcmark {

side_work::side_work() {
    using clock = std::chrono::steady_clock;
    constexpr std::uint64_t many = 20'000;
    double best_ns = 1e9;
    for (int time = 0; time < 5; ++time) {
        const auto from = clock::now();
        run(many);
        const std::chrono::duration<double, std::nano> took = clock::now() - from;
        best_ns = std::min(best_ns, took.count() / many);
    }
    steps_ = static_cast<std::uint64_t>(std::lround(asked_ns / best_ns));
}

namespace {

/// As its users would use it; both sides spin. A message is made in its slot where the queue has a
/// way to do so, else made and pushed by value, and read in its slot.
template <class Queue>
class as_channel {
public:
    static constexpr bool keeps_boundaries = true;

    static std::size_t bytes_for(const setup&) { return (sizeof(Queue) + 127) / 128 * 128; }

    as_channel(std::span<std::byte> memory, setup& cell, channel_end end)
        : queue_(end.fresh ? *new (memory.data()) Queue
                           : *std::launder(reinterpret_cast<Queue*>(memory.data()))),
          payload_bytes_(cell.payload_bytes) {}

    template <class Fill>
    void send(Fill fill) {
        const auto make = [&](small_message& message) {
            fill(std::as_writable_bytes(std::span(message.words)).first(payload_bytes_));
        };
        if constexpr (requires { queue_.emplace(make); }) {
            while (!queue_.emplace(make))
                pause_cpu();
        } else {
            small_message message;
            make(message);
            while (!queue_.push(message))
                pause_cpu();
        }
    }

    template <class Consume>
    bool recv(Consume consume) {
        const auto read = [&](const small_message& message) {
            consume(std::as_bytes(std::span(message.words)).first(payload_bytes_));
        };
        while (!queue_.consume_one(read))
            pause_cpu();
        return true;
    }

private:
    Queue& queue_;
    std::size_t payload_bytes_;
};

using rigtorp_style = channel_pair<as_channel<rigtorp_style_queue>>;
using boost_spsc = channel_pair<as_channel<boost_queue>>;
using packed = channel_pair<packed_ring>;
using ring = ring_pair<spin_wait>;

template <std::size_t Size>
struct fixed_text {
    consteval fixed_text(const char (&text)[Size]) { std::copy_n(text, Size, data); }
    char data[Size]{};
};

enum class slower : std::uint8_t { neither, producer, consumer };

/// A queue with work on one of its sides.
template <class Base, fixed_text Name, slower Side>
struct bound_by : Base {
    static constexpr transport_info info{.name = Name.data,
                                         .summary = "a contender",
                                         .family = "shared memory",
                                         .reference = "bench/baselines/queues.hpp",
                                         .payload = {.max_bytes = sizeof(small_message)},
                                         .copies_per_message = 1,
                                         .wait = wait_style::spins,
                                         .facts = {.message_boundaries = true,
                                                   .survives_producer_exit = true,
                                                   .control = access::descriptor},
                                         .test_only = true};

    using Base::Base;

    template <class Fill>
    void send(Fill fill) {
        if constexpr (Side == slower::producer) work_();
        Base::send(fill);
    }

    template <class Consume>
    bool recv(Consume consume) {
        return Base::recv([&](readable bytes) {
            consume(bytes);
            if constexpr (Side == slower::consumer) work_();
        });
    }

private:
    side_work work_;
};

}  // namespace

void register_contenders(registry& all) {
    all.add<bound_by<packed, "packed", slower::neither>>();
    all.add<bound_by<packed, "packed_slow_producer", slower::producer>>();
    all.add<bound_by<packed, "packed_slow_consumer", slower::consumer>>();
    all.add<bound_by<ring, "ring", slower::neither>>();
    all.add<bound_by<ring, "ring_slow_producer", slower::producer>>();
    all.add<bound_by<ring, "ring_slow_consumer", slower::consumer>>();
    all.add<bound_by<rigtorp_style, "rigtorp_style", slower::neither>>();
    all.add<bound_by<rigtorp_style, "rigtorp_style_slow_producer", slower::producer>>();
    all.add<bound_by<rigtorp_style, "rigtorp_style_slow_consumer", slower::consumer>>();
    all.add<bound_by<boost_spsc, "boost_spsc", slower::neither>>();
    all.add<bound_by<boost_spsc, "boost_spsc_slow_producer", slower::producer>>();
    all.add<bound_by<boost_spsc, "boost_spsc_slow_consumer", slower::consumer>>();
}

}  // namespace ipcmark
