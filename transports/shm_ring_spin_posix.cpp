#include "harness/endpoints/limits.hpp"
#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction, zero copy, spinning, in shm_open(3) memory
/// found by name.
struct shm_ring_spin_posix : ring_pair<spin_wait, posix_shm_storage> {
    static constexpr transport_info info = named_ring_info(
        "shm_ring_spin_posix", "the spinning ring in POSIX shared memory, found by name",
        "shm_overview(7)", wait_style::spins);
    static std::optional<std::string> limit(const demand& asked) {
        return shared_memory_limit(bytes_needed(asked));
    }
    using ring_pair::ring_pair;
};

void register_shm_ring_spin_posix(registry& all) {
    all.add<shm_ring_spin_posix>();
}

}  // namespace ipcmark::transports
