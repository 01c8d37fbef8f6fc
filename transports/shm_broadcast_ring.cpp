#include "harness/endpoints/channel_pair.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/broadcast_ring.hpp"

namespace ipcmark::transports {

/// One producer writes each message once, every reader reads it in place; the slowest reader holds
/// the producer back. Blocking on futex words, on a memfd; zero copy.
struct shm_broadcast_ring : channel_pair<broadcast_ring> {
    static constexpr transport_info info{
        .name = "shm_broadcast_ring",
        .summary = "shared-memory ring that every reader reads whole, bounded by the slowest",
        .family = "shared memory",
        .reference = "futex(2), memfd_create(2)",
        .copies_per_message = 0,
        .facts = {.message_boundaries = true,
                  .fan_out = sharing::broadcast,
                  .joinable = true,
                  .survives_producer_exit = true,
                  .control = access::descriptor},
    };

    using channel_pair::channel_pair;
};

void register_shm_broadcast_ring(registry& all) {
    all.add<shm_broadcast_ring>();
}

}  // namespace ipcmark::transports
