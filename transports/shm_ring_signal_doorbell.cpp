#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/endpoints/wakeups/signals.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction on a memfd, zero copy; sleeps in
/// sigwaitinfo(2) for a SIGUSR1 or SIGUSR2 of the peer.
struct shm_ring_signal_doorbell : ring_pair<doorbell_wait<signal_doorbell>> {
    static constexpr transport_info info = ring_info(
        "shm_ring_signal_doorbell", "shared-memory ring (memfd), zero copy; sleeps until a signal",
        "signal(7)", wait_style::blocks);
    using ring_pair::ring_pair;
};

void register_shm_ring_signal_doorbell(registry& all) {
    all.add<shm_ring_signal_doorbell>();
}

}  // namespace ipcmark::transports
