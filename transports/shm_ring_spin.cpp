#include "harness/endpoints/memfd_ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/registry.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction on a memfd, zero copy,
/// polling with the CPU's pause instruction: never sleeps.
struct shm_ring_spin : memfd_ring_pair<spin_wait> {
    static constexpr transport_info info{
        .name = "shm_ring_spin",
        .summary = "shared-memory ring on a memfd, zero copy; the reader spins",
        .family = "shared memory",
        .reference = "memfd_create(2)",
        .copies_per_message = 0,
        .wait = wait_style::spins,
        .facts = {.message_boundaries = true,
                  .survives_producer_exit = true,
                  .control = access::descriptor},
    };

    using memfd_ring_pair::memfd_ring_pair;
};

void register_shm_ring_spin(registry& all) {
    all.add<shm_ring_spin>();
}

}  // namespace ipcmark::transports
