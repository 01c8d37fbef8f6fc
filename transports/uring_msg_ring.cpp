#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/uring_msg_ring_wakeup.hpp"

namespace ipcmark::transports {

namespace {

constexpr transport_info card_of_msg_ring() {
    transport_info info =
        ring_info("uring_msg_ring",
                  "shared-memory ring (memfd), zero copy; sleeps in its io_uring, which the peer "
                  "wakes by IORING_OP_MSG_RING",
                  "io_uring_enter(2)", wait_style::blocks);
    info.family = "io_uring";
    info.facts.peer_death_detected = true;
    return info;
}

}  // namespace

/// A single-producer single-consumer ring per direction on a memfd, zero copy. The messages lie in
/// the memory; what goes from one process's io_uring into the other's is the wake-up alone, and
/// only when the other sleeps: the 12 bytes that a completion could carry would be no message.
struct uring_msg_ring : ring_pair<doorbell_wait<uring_msg_ring_wakeup>> {
    static constexpr transport_info info = card_of_msg_ring();
    static std::optional<std::string> unavailable() { return uring_msg_ring_wakeup::unavailable(); }
    using ring_pair::ring_pair;
};

void register_uring_msg_ring(registry& all) {
    all.add<uring_msg_ring>();
}

}  // namespace ipcmark::transports
