#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction on a memfd, zero copy; the waiting side
/// polls with the CPU's pause instruction and never sleeps.
struct shm_ring_spin : ring_pair<spin_wait> {
    static constexpr transport_info info =
        ring_info("shm_ring_spin", "shared-memory ring (memfd), zero copy; spins",
                  "memfd_create(2)", wait_style::spins);
    using ring_pair::ring_pair;
};

void register_shm_ring_spin(registry& all) {
    all.add<shm_ring_spin>();
}

}  // namespace ipcmark::transports
