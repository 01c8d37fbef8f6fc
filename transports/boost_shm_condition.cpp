#include <boost/interprocess/sync/interprocess_condition.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>

#include "harness/worker/registry.hpp"
#include "transports/parts/boost_managed_pair.hpp"

namespace ipcmark::transports {

namespace {

/// Slots guarded by an interprocess_mutex and two interprocess_conditions. Each message is written
/// and read in its slot with the mutex held.
struct monitor {
    static std::size_t bytes_for(std::size_t payload_bytes, std::size_t depth) {
        return depth * payload_bytes;
    }

    monitor(bip::managed_shared_memory& segment, std::size_t message_bytes,
            std::size_t messages_at_most)
        : payload_bytes(message_bytes),
          depth(messages_at_most),
          slots(static_cast<std::byte*>(segment.allocate(depth * payload_bytes))) {}

    template <class Fill>
    void send(bip::managed_shared_memory&, Fill fill) {
        bip::scoped_lock lock(mutex);
        while (sent - received == depth)
            not_full.wait(lock);
        fill(slot(sent));
        ++sent;
        not_empty.notify_one();
    }

    template <class Consume>
    void recv(bip::managed_shared_memory&, Consume consume) {
        bip::scoped_lock lock(mutex);
        while (sent == received)
            not_empty.wait(lock);
        consume(readable(slot(received)));
        ++received;
        not_full.notify_one();
    }

    std::size_t payload_bytes;

private:
    writable slot(std::uint64_t index) const {
        return {slots.get() + index % depth * payload_bytes, payload_bytes};
    }

    bip::interprocess_mutex mutex;
    bip::interprocess_condition not_empty;
    bip::interprocess_condition not_full;
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::size_t depth;
    bip::offset_ptr<std::byte> slots;
};

}  // namespace

/// A monitor per direction in Boost.Interprocess managed shared memory. Blocking; zero copy.
struct boost_shm_condition : managed_pair<monitor> {
    static constexpr transport_info info = managed_info(
        "boost_shm_condition", "Boost.Interprocess managed shared memory, mutex and condition",
        "boost::interprocess::interprocess_condition");
    using managed_pair::managed_pair;
};

void register_boost_shm_condition(registry& all) {
    all.add<boost_shm_condition>();
}

}  // namespace ipcmark::transports
