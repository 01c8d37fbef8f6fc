#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/endpoints/wakeups/pipe.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A single-producer single-consumer ring per direction on a memfd, zero copy; sleeps in read(2) of
/// a doorbell pipe, which also tells when the peer has died.
struct shm_ring_pipe_doorbell : ring_pair<doorbell_wait<pipe_wakeup>> {
    static constexpr transport_info info = [] {
        transport_info made =
            ring_info("shm_ring_pipe_doorbell",
                      "shared-memory ring (memfd), zero copy; sleeps on a doorbell pipe", "pipe(7)",
                      wait_style::blocks);
        made.facts.peer_death_detected = true;
        return made;
    }();
    using ring_pair::ring_pair;
};

void register_shm_ring_pipe_doorbell(registry& all) {
    all.add<shm_ring_pipe_doorbell>();
}

}  // namespace ipcmark::transports
