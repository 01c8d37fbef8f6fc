#include <stdexcept>

#include <boost/interprocess/managed_shared_memory.hpp>
#include <boost/interprocess/sync/interprocess_condition.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>

#include "harness/host/limits.hpp"
#include "harness/names.hpp"
#include "harness/registry.hpp"

namespace ipcmark::transports {

namespace bip = boost::interprocess;

/// A monitor per direction in Boost.Interprocess managed shared memory: slots guarded by an
/// interprocess_mutex and two interprocess_conditions. Each message is written and read in its
/// slot with the mutex held. Blocking; zero copy.
struct boost_shm_condition {
    static constexpr transport_info info{
        .name = "boost_shm_condition",
        .summary = "Boost.Interprocess managed shared memory, mutex and condition",
        .family = "shared memory",
        .reference = "boost::interprocess::interprocess_condition",
        .copies_per_message = 0,
        .facts = {.message_boundaries = true,
                  .unrelated_processes = true,
                  .fan_in = true,
                  .fan_out = sharing::competing,
                  .survives_producer_exit = true,
                  .control = access::file_mode},
    };

    static std::optional<std::string> limit(const demand& asked) {
        return shared_memory_limit(segment_bytes(asked.payload_bytes, asked.depth));
    }

    explicit boost_shm_condition(setup& cell)
        : producer_(cell.producer()), both_ways_(cell.both_ways()) {
        const std::string name = directed_name(cell.name, direction::forward);
        if (producer_) {
            segment_ = bip::managed_shared_memory(bip::create_only, name.c_str(),
                                                  segment_bytes(cell.payload_bytes, cell.depth),
                                                  nullptr, bip::permissions(0600));
            channels_ = segment_.construct<channel>("channels")[2]();
            for (int i = 0; i < 2; ++i)
                allot(channels_[i], cell);
            cell.peer.meet();
            cell.peer.meet();
            bip::shared_memory_object::remove(name.c_str());
        } else {
            cell.peer.meet();
            segment_ = bip::managed_shared_memory(bip::open_only, name.c_str());
            channels_ = segment_.find<channel>("channels").first;
            if (channels_->payload_bytes != cell.payload_bytes)
                throw std::runtime_error("the two sides disagree about the payload size");
            cell.peer.meet();
        }
    }

    template <class Fill>
    void send(Fill fill) {
        channel& to = channels_[producer_ ? 0 : 1];
        if (!producer_ && !both_ways_) throw std::logic_error("a one-way monitor has no way back");
        bip::scoped_lock lock(to.mutex);
        while (to.sent - to.received == to.depth)
            to.not_full.wait(lock);
        fill(slot(to, to.sent));
        ++to.sent;
        to.not_empty.notify_one();
    }

    template <class Consume>
    bool recv(Consume consume) {
        channel& from = channels_[producer_ ? 1 : 0];
        bip::scoped_lock lock(from.mutex);
        while (from.sent == from.received)
            from.not_empty.wait(lock);
        consume(readable(slot(from, from.received)));
        ++from.received;
        from.not_full.notify_one();
        return true;
    }

private:
    struct channel {
        bip::interprocess_mutex mutex;
        bip::interprocess_condition not_empty;
        bip::interprocess_condition not_full;
        std::uint64_t sent = 0;
        std::uint64_t received = 0;
        std::size_t depth = 0;
        std::size_t payload_bytes = 0;
        bip::offset_ptr<std::byte> slots;
    };

    static std::size_t segment_bytes(std::size_t payload_bytes, std::size_t depth) {
        constexpr std::size_t bookkeeping_bytes = 64 * 1024;
        return 2 * depth * payload_bytes + bookkeeping_bytes;
    }

    void allot(channel& c, const setup& cell) {
        c.depth = cell.depth;
        c.payload_bytes = cell.payload_bytes;
        c.slots = static_cast<std::byte*>(segment_.allocate(cell.queued_bytes()));
    }

    static writable slot(channel& c, std::uint64_t index) {
        return {c.slots.get() + index % c.depth * c.payload_bytes, c.payload_bytes};
    }

    bip::managed_shared_memory segment_;
    channel* channels_ = nullptr;
    bool producer_;
    bool both_ways_;
};

void register_boost_shm_condition(registry& all) {
    all.add<boost_shm_condition>();
}

}  // namespace ipcmark::transports
