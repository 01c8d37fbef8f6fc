#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction, zero copy, spinning, in a mapped file
/// found by path.
struct shm_ring_spin_file : ring_pair<spin_wait, file_storage> {
    static constexpr transport_info info =
        named_ring_info("shm_ring_spin_file", "the spinning ring in a mapped file, found by path",
                        "mmap(2)", wait_style::spins);
    using ring_pair::ring_pair;
};

void register_shm_ring_spin_file(registry& all) {
    all.add<shm_ring_spin_file>();
}

}  // namespace ipcmark::transports
