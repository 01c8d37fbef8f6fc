#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction on a memfd, zero copy; the waiting side
/// polls for 20 us, then sleeps in futex(2).
struct shm_ring_spin_pause_then_futex : ring_pair<spin_then_wait<futex_wait, 20'000>> {
    static constexpr transport_info info =
        ring_info("shm_ring_spin_pause_then_futex",
                  "shared-memory ring (memfd), zero copy; spins for 20 us, then sleeps in futex",
                  "futex(2)", wait_style::spins_then_blocks);
    using ring_pair::ring_pair;
};

void register_shm_ring_spin_pause_then_futex(registry& all) {
    all.add<shm_ring_spin_pause_then_futex>();
}

}  // namespace ipcmark::transports
