#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction on a memfd, zero copy; the waiting side
/// sleeps in futex(2) at once, and is woken only when it sleeps.
struct shm_ring_futex : ring_pair<futex_wait> {
    static constexpr transport_info info =
        ring_info("shm_ring_futex", "shared-memory ring (memfd), zero copy; sleeps in futex",
                  "futex(2)", wait_style::blocks);
    using ring_pair::ring_pair;
};

void register_shm_ring_futex(registry& all) {
    all.add<shm_ring_futex>();
}

}  // namespace ipcmark::transports
