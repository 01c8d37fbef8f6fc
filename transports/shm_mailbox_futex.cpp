#include "harness/worker/registry.hpp"
#include "transports/parts/mailbox.hpp"

namespace ipcmark::transports {

/// One cache line on a memfd, zero copy, that goes there with the request and back with the reply;
/// the waiting side sleeps in futex(2) at once.
struct shm_mailbox_futex : mailbox<futex_wait> {
    static constexpr transport_info info = mailbox_info(
        "shm_mailbox_futex", "one cache line that carries request and reply; sleeps in futex",
        "futex(2)", wait_style::blocks);
    using mailbox::mailbox;
};

void register_shm_mailbox_futex(registry& all) {
    all.add<shm_mailbox_futex>();
}

}  // namespace ipcmark::transports
