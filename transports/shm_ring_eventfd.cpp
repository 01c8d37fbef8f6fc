#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/endpoints/wakeups/eventfd.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction on a memfd, zero copy; sleeps in read(2) of
/// an eventfd.
struct shm_ring_eventfd : ring_pair<doorbell_wait<eventfd_counter_wakeup>> {
    static constexpr transport_info info =
        ring_info("shm_ring_eventfd", "shared-memory ring (memfd), zero copy; sleeps in eventfd",
                  "eventfd(2)", wait_style::blocks);
    using ring_pair::ring_pair;
};

void register_shm_ring_eventfd(registry& all) {
    all.add<shm_ring_eventfd>();
}

}  // namespace ipcmark::transports
