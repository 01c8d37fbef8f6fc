#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction, zero copy, spinning, in memory that
/// transparent huge pages may back.
struct shm_ring_spin_thp : ring_pair<spin_wait, thp_storage> {
    static constexpr transport_info info =
        ring_info("shm_ring_spin_thp", "the spinning ring in transparent huge pages", "madvise(2)",
                  wait_style::spins);
    static std::optional<std::string> unavailable() { return thp_unavailable(); }
    using ring_pair::ring_pair;
};

void register_shm_ring_spin_thp(registry& all) {
    all.add<shm_ring_spin_thp>();
}

}  // namespace ipcmark::transports
