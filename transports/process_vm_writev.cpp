#include <sys/uio.h>

#include "harness/endpoints/counted_channel.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// The producer writes straight into the consumer's private memory. Blocking in futex(2) on words
/// in shared memory, which say what was sent and read; one copy. process_vm_writev(2).
struct process_vm_writev : direct_pair<pushing_channel> {
    static constexpr transport_info info{
        .name = "process_vm_writev",
        .summary = "written straight into the peer's memory; futex words in a memfd tell of it",
        .family = "direct memory",
        .reference = "process_vm_writev(2)",
        .copies_per_message = 1,
        .facts = {.message_boundaries = true,
                  .survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::same_user},
    };

    static std::optional<std::string> unavailable() {
        return peer_process::why_unreachable("process_vm_writev", [](const target& parent) {
            std::byte word{1};
            const iovec ours{&word, sizeof word};
            const iovec theirs{parent.address, sizeof word};
            return static_cast<long>(::process_vm_writev(parent.pid, &ours, 1, &theirs, 1, 0));
        });
    }

    using direct_pair::direct_pair;
};

void register_process_vm_writev(registry& all) {
    all.add<process_vm_writev>();
}

}  // namespace ipcmark::transports
