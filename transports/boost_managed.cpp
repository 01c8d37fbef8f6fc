#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/interprocess_semaphore.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>

#include "harness/worker/registry.hpp"
#include "transports/parts/boost_managed_pair.hpp"

namespace ipcmark::transports {

namespace {

/// A queue of handles to blocks. Every message is a block of its own, allocated in the segment by
/// the sender and freed there by the receiver; what goes through the queue is the block's handle.
/// `places` keeps at most depth blocks alive, however many processes take part.
struct handle_queue {
    static std::size_t bytes_for(std::size_t payload_bytes, std::size_t depth) {
        constexpr std::size_t block_header_bytes = 64;  // of rbtree_best_fit, rounded up
        return depth * (payload_bytes + block_header_bytes + sizeof(handle)) + block_header_bytes;
    }

    handle_queue(bip::managed_shared_memory& segment, std::size_t message_bytes,
                 std::size_t messages_at_most)
        : payload_bytes(message_bytes),
          depth(messages_at_most),
          handles(static_cast<handle*>(segment.allocate(depth * sizeof(handle)))),
          places(static_cast<unsigned>(depth)) {}

    template <class Fill>
    void send(bip::managed_shared_memory& segment, Fill fill) {
        places.wait();
        auto* block = static_cast<std::byte*>(segment.allocate(payload_bytes));
        fill(writable(block, payload_bytes));
        {
            const bip::scoped_lock lock(mutex);
            handles[static_cast<std::ptrdiff_t>(sent++ % depth)] =
                segment.get_handle_from_address(block);
        }
        messages.post();
    }

    template <class Consume>
    void recv(bip::managed_shared_memory& segment, Consume consume) {
        messages.wait();
        handle taken{};
        {
            const bip::scoped_lock lock(mutex);
            taken = handles[static_cast<std::ptrdiff_t>(received++ % depth)];
        }
        auto* block = static_cast<std::byte*>(segment.get_address_from_handle(taken));
        consume(readable(block, payload_bytes));
        segment.deallocate(block);
        places.post();
    }

    using handle = bip::managed_shared_memory::handle_t;
    std::size_t payload_bytes;

private:
    std::size_t depth;
    bip::offset_ptr<handle> handles;
    bip::interprocess_semaphore places;
    bip::interprocess_semaphore messages{0};
    bip::interprocess_mutex mutex;
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
};

}  // namespace

/// Messages allocated one by one in Boost.Interprocess managed shared memory and passed on by
/// handle. Blocking; zero copy. One that dies while it holds a block takes its place with it.
struct boost_managed : managed_pair<handle_queue> {
    static constexpr transport_info info = managed_info(
        "boost_managed", "Boost.Interprocess managed memory: a block a message, passed by handle",
        "boost::interprocess::managed_shared_memory");
    using managed_pair::managed_pair;
};

void register_boost_managed(registry& all) {
    all.add<boost_managed>();
}

}  // namespace ipcmark::transports
