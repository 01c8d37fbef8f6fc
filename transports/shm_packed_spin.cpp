#include "harness/endpoints/channel_pair.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/packed_ring.hpp"

namespace ipcmark::transports {

/// A ring whose slots lie side by side and whose indices are read seldom: for streams of small
/// messages. Both sides spin; zero copy.
struct shm_packed_spin : channel_pair<packed_ring> {
    static constexpr transport_info info{
        .name = "shm_packed_spin",
        .summary = "shared-memory ring of packed slots, zero copy, for streams; both sides spin",
        .family = "shared memory",
        .reference = "memfd_create(2)",
        .copies_per_message = 0,
        .wait = wait_style::spins,
        .facts = {.message_boundaries = true,
                  .survives_producer_exit = true,
                  .control = access::descriptor},
    };

    using channel_pair::channel_pair;
};

void register_shm_packed_spin(registry& all) {
    all.add<shm_packed_spin>();
}

}  // namespace ipcmark::transports
