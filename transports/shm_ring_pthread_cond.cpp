#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/endpoints/wakeups/pthread_cond.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction on a memfd, zero copy; sleeps in
/// pthread_cond_wait(3): the monitor, process-shared.
struct shm_ring_pthread_cond : ring_pair<doorbell_wait<pthread_cond_wakeup>> {
    static constexpr transport_info info =
        ring_info("shm_ring_pthread_cond",
                  "shared-memory ring (memfd), zero copy; sleeps on a pthread condition",
                  "pthread_cond_wait(3)", wait_style::blocks);
    using ring_pair::ring_pair;
};

void register_shm_ring_pthread_cond(registry& all) {
    all.add<shm_ring_pthread_cond>();
}

}  // namespace ipcmark::transports
