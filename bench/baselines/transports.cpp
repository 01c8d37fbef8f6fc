#include "bench/baselines/transports.hpp"

#include <new>
#include <span>

#include "bench/baselines/queues.hpp"
#include "harness/endpoints/channel_pair.hpp"
#include "harness/endpoints/waits.hpp"

namespace ipcmark {

namespace {

/// As its users would: a message is made, pushed by value, and read in its slot. Both sides spin.
template <class Queue>
class by_value {
public:
    static constexpr bool keeps_boundaries = true;

    static std::size_t bytes_for(const setup&) { return (sizeof(Queue) + 127) / 128 * 128; }

    by_value(std::span<std::byte> memory, setup& cell, channel_end end)
        : queue_(end.fresh ? *new (memory.data()) Queue
                           : *std::launder(reinterpret_cast<Queue*>(memory.data()))),
          payload_bytes_(cell.payload_bytes) {}

    template <class Fill>
    void send(Fill fill) {
        small_message message;
        fill(std::as_writable_bytes(std::span(message.words)).first(payload_bytes_));
        while (!queue_.push(message))
            pause_cpu();
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

constexpr transport_info card(std::string_view name) {
    return {.name = name,
            .summary = "a contender",
            .family = "shared memory",
            .reference = "bench/bare_queues.hpp",
            .payload = {.max_bytes = sizeof(small_message)},
            .copies_per_message = 1,
            .wait = wait_style::spins,
            .facts = {.message_boundaries = true,
                      .survives_producer_exit = true,
                      .control = access::descriptor},
            .test_only = true};
}

struct rigtorp_style : channel_pair<by_value<rigtorp_style_queue>> {
    static constexpr transport_info info = card("rigtorp_style");
    using channel_pair::channel_pair;
};

struct boost_spsc : channel_pair<by_value<boost_queue>> {
    static constexpr transport_info info = card("boost_spsc");
    using channel_pair::channel_pair;
};

}  // namespace

void register_contenders(registry& all) {
    all.add<rigtorp_style>();
    all.add<boost_spsc>();
}

}  // namespace ipcmark
