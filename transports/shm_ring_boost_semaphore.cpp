#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/boost_wakeups.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction on a memfd, zero copy; sleeps in a
/// boost::interprocess::interprocess_semaphore.
struct shm_ring_boost_semaphore : ring_pair<doorbell_wait<boost_semaphore_wakeup>> {
    static constexpr transport_info info =
        ring_info("shm_ring_boost_semaphore",
                  "shared-memory ring (memfd), zero copy; sleeps in a Boost semaphore",
                  "boost::interprocess::interprocess_semaphore", wait_style::blocks);
    using ring_pair::ring_pair;
};

void register_shm_ring_boost_semaphore(registry& all) {
    all.add<shm_ring_boost_semaphore>();
}

}  // namespace ipcmark::transports
