#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/boost_wakeups.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction on a memfd, zero copy; sleeps on a
/// boost::interprocess::interprocess_condition.
struct shm_ring_boost_condition : ring_pair<doorbell_wait<boost_condition_wakeup>> {
    static constexpr transport_info info =
        ring_info("shm_ring_boost_condition",
                  "shared-memory ring (memfd), zero copy; sleeps on a Boost condition",
                  "boost::interprocess::interprocess_condition", wait_style::blocks);
    using ring_pair::ring_pair;
};

void register_shm_ring_boost_condition(registry& all) {
    all.add<shm_ring_boost_condition>();
}

}  // namespace ipcmark::transports
