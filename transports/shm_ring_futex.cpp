#include "harness/endpoints/memfd_ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/registry.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction on a memfd, zero copy,
/// sleeping in futex(2) when there is nothing to do.
struct shm_ring_futex : memfd_ring_pair<futex_wait> {
    static constexpr transport_info info{
        .name = "shm_ring_futex",
        .summary = "shared-memory ring on a memfd, zero copy; the reader sleeps in futex",
        .family = "shared memory",
        .reference = "futex(7)",
        .copies_per_message = 0,
        .wait = wait_style::blocks,
        .facts = {.message_boundaries = true,
                  .survives_producer_exit = true,
                  .control = access::descriptor},
    };

    using memfd_ring_pair::memfd_ring_pair;
};

void register_shm_ring_futex(registry& all) {
    all.add<shm_ring_futex>();
}

}  // namespace ipcmark::transports
