#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction, zero copy, spinning, in reserved huge
/// pages.
struct shm_ring_spin_hugetlb : ring_pair<spin_wait, hugetlb_storage> {
    static constexpr transport_info info =
        ring_info("shm_ring_spin_hugetlb", "the spinning ring in reserved huge pages (MFD_HUGETLB)",
                  "memfd_create(2)", wait_style::spins);
    static std::optional<std::string> unavailable() { return hugetlb_unavailable(); }
    static std::optional<std::string> limit(const demand& asked) {
        return hugetlb_limit(bytes_needed(asked));
    }
    using ring_pair::ring_pair;
};

void register_shm_ring_spin_hugetlb(registry& all) {
    all.add<shm_ring_spin_hugetlb>();
}

}  // namespace ipcmark::transports
