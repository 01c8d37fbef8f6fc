#include "harness/worker/registry.hpp"
#include "transports/parts/mailbox.hpp"

namespace ipcmark::transports {

/// One cache line on a memfd, zero copy, that goes there with the request and back with the reply;
/// the waiting side polls with the CPU's pause instruction and never sleeps.
struct shm_mailbox_spin : mailbox<spin_wait> {
    static constexpr transport_info info = mailbox_info(
        "shm_mailbox_spin", "one cache line that carries request and reply; both sides spin",
        "memfd_create(2)", wait_style::spins);
    using mailbox::mailbox;
};

void register_shm_mailbox_spin(registry& all) {
    all.add<shm_mailbox_spin>();
}

}  // namespace ipcmark::transports
