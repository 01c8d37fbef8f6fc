#include <algorithm>

#include <boost/lockfree/spsc_queue.hpp>

#include "harness/endpoints/waits.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/boost_managed_pair.hpp"

namespace ipcmark::transports {

namespace {

/// A boost::lockfree::spsc_queue of slot numbers beside the slots. Its capacity is part of its
/// type, for only then does it hold no pointer and can lie in shared memory; the writer stops at
/// the depth that was asked for. A number leaves the queue after its slot was read, so a number
/// that is not in it names a free slot.
struct slot_queue {
    static constexpr std::size_t most_slots = 1024;

    static std::size_t bytes_for(std::size_t payload_bytes, std::size_t depth) {
        return std::min(depth, most_slots) * stride_for(payload_bytes) + line;
    }

    slot_queue(bip::managed_shared_memory& segment, std::size_t message_bytes, std::size_t depth)
        : payload_bytes(message_bytes),
          count(std::min(depth, most_slots)),
          slots(static_cast<std::byte*>(
              segment.allocate_aligned(count * stride_for(message_bytes), line))) {}

    template <class Fill>
    void send(bip::managed_shared_memory&, Fill fill) {
        while (most_slots - numbers.write_available() == count)
            pause_cpu();
        fill(slot(next));
        numbers.push(next);
        next = next + 1 == count ? 0 : next + 1;
    }

    template <class Consume>
    void recv(bip::managed_shared_memory&, Consume consume) {
        const auto read = [&](std::uint32_t number) { consume(readable(slot(number))); };
        while (!numbers.consume_one(read))
            pause_cpu();
    }

    std::size_t payload_bytes;

private:
    static constexpr std::size_t line = 64;
    static std::size_t stride_for(std::size_t bytes) { return (bytes + line - 1) / line * line; }

    writable slot(std::uint32_t number) const {
        return {slots.get() + number * stride_for(payload_bytes), payload_bytes};
    }

    std::size_t count;
    bip::offset_ptr<std::byte> slots;
    boost::lockfree::spsc_queue<std::uint32_t, boost::lockfree::capacity<most_slots>> numbers;
    alignas(128) std::uint32_t next = 0;  // the writer's
};

}  // namespace

/// Boost.Lockfree's single-producer single-consumer queue in Boost.Interprocess managed memory.
/// Both sides spin; zero copy.
struct boost_lockfree_spsc : managed_pair<slot_queue> {
    static constexpr transport_info info{
        .name = "boost_lockfree_spsc",
        .summary = "Boost.Lockfree spsc_queue of slot numbers in managed memory; both sides spin",
        .family = "shared memory",
        .reference = "boost::lockfree::spsc_queue",
        .copies_per_message = 0,
        .wait = wait_style::spins,
        .facts = {.message_boundaries = true,
                  .unrelated_processes = true,
                  .survives_producer_exit = true,
                  .control = access::file_mode},
    };

    using managed_pair::managed_pair;
};

void register_boost_lockfree_spsc(registry& all) {
    all.add<boost_lockfree_spsc>();
}

}  // namespace ipcmark::transports
