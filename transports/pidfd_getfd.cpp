#include <algorithm>
#include <sys/resource.h>
#include <vector>

#include "harness/base/posix/mapping.hpp"
#include "harness/endpoints/counted_channel.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

namespace {

/// Every message is a memory file of its own: the writer makes, maps and fills it and tells its
/// number, the reader duplicates that descriptor out of the writer's process and maps it too; no
/// copies. The writer's descriptor is closed when its place in the ring comes round again.
class descriptor_channel : public counted_channel {
public:
    static std::size_t bytes_for(const setup& cell) {
        return (sizeof(control) + slots_for(cell) * sizeof(std::atomic<int>) + 127) / 128 * 128;
    }

    descriptor_channel(std::span<std::byte> memory, setup& cell, channel_end end,
                       const peer_process& peer)
        : counted_channel(memory, slots_for(cell), end, peer),
          numbers_(reinterpret_cast<std::atomic<int>*>(memory.data() + sizeof(control))),
          name_(cell.name),
          payload_bytes_(cell.payload_bytes),
          held_(end.writes ? slots_ : 0) {
        cell.notes["descriptors_in_flight"] = static_cast<std::int64_t>(slots_);
    }

    template <class Fill>
    void send(Fill fill) {
        await_free_slot();
        held_[slot()].reset();
        unique_fd file = make_memfd(name_, payload_bytes_);
        {
            const mapping memory = mapping::shared(file.get(), payload_bytes_);
            fill(writable(memory.data(), payload_bytes_));
        }
        numbers_[slot()].store(file.get(), std::memory_order_relaxed);
        held_[slot()] = std::move(file);
        publish();
    }

    template <class Consume>
    bool recv(Consume consume) {
        if (!await_message()) return false;
        const int number = numbers_[slot()].load(std::memory_order_relaxed);
        const unique_fd file = peer_.take(number);
        if (!file) return false;
        const mapping memory = mapping::shared(file.get(), payload_bytes_);
        consume(readable(memory.data(), payload_bytes_));
        release();
        return true;
    }

private:
    /// A quarter of RLIMIT_NOFILE at most: both directions together leave half to others.
    static std::size_t slots_for(const setup& cell) {
        rlimit files{};
        ::getrlimit(RLIMIT_NOFILE, &files);
        return std::clamp<std::size_t>(cell.depth, 1, std::max<std::size_t>(files.rlim_cur / 4, 1));
    }

    std::atomic<int>* numbers_;  // of the descriptors, in the writer's process
    std::string name_;
    std::size_t payload_bytes_;
    std::vector<unique_fd> held_;
};

}  // namespace

/// A memory file per message, its descriptor fetched out of the producer's process. Blocking in
/// futex(2) on words in shared memory; zero copy. pidfd_getfd(2), Linux 5.6.
struct pidfd_getfd : direct_pair<descriptor_channel> {
    static constexpr transport_info info{
        .name = "pidfd_getfd",
        .summary = "a memfd a message, its descriptor fetched from the peer; futex words tell",
        .family = "direct memory",
        .reference = "pidfd_getfd(2)",
        .copies_per_message = 0,
        .facts = {.message_boundaries = true,
                  .peer_death_detected = true,
                  .control = access::same_user},
    };

    static std::optional<std::string> unavailable() { return peer_process::why_nothing_to_take(); }

    using direct_pair::direct_pair;
};

void register_pidfd_getfd(registry& all) {
    all.add<pidfd_getfd>();
}

}  // namespace ipcmark::transports
