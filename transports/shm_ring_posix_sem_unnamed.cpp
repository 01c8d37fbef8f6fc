#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/endpoints/wakeups/posix_sem.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction on a memfd, zero copy; sleeps in
/// sem_wait(3) on an unnamed semaphore in the same memory.
struct shm_ring_posix_sem_unnamed : ring_pair<doorbell_wait<unnamed_sem_wakeup>> {
    static constexpr transport_info info =
        ring_info("shm_ring_posix_sem_unnamed",
                  "shared-memory ring (memfd), zero copy; sleeps in an unnamed semaphore",
                  "sem_overview(7)", wait_style::blocks);
    using ring_pair::ring_pair;
};

void register_shm_ring_posix_sem_unnamed(registry& all) {
    all.add<shm_ring_posix_sem_unnamed>();
}

}  // namespace ipcmark::transports
