#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/endpoints/wakeups/sysv_sem.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction on a memfd, zero copy; sleeps in semop(2)
/// on a System V semaphore.
struct shm_ring_sysv_sem : ring_pair<doorbell_wait<sysv_sem_wakeup>> {
    static constexpr transport_info info = [] {
        transport_info variant =
            ring_info("shm_ring_sysv_sem",
                      "shared-memory ring (memfd), zero copy; sleeps in a System V semaphore",
                      "semop(2)", wait_style::blocks);
        variant.facts.control = access::file_mode;  // a semaphore set keeps its key for life
        return variant;
    }();
    using ring_pair::ring_pair;
};

void register_shm_ring_sysv_sem(registry& all) {
    all.add<shm_ring_sysv_sem>();
}

}  // namespace ipcmark::transports
