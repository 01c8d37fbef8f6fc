#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction, zero copy, spinning, in a System V segment
/// found by its key; shmget(2).
struct shm_ring_spin_sysv : ring_pair<spin_wait, sysv_shm_storage> {
    static constexpr transport_info info = named_ring_info(
        "shm_ring_spin_sysv", "the spinning ring in a System V segment, found by its key",
        "shmget(2)", wait_style::spins);
    using ring_pair::ring_pair;
};

void register_shm_ring_spin_sysv(registry& all) {
    all.add<shm_ring_spin_sysv>();
}

}  // namespace ipcmark::transports
