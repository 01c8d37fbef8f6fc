#include "harness/endpoints/channel_pair.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/byte_ring.hpp"

namespace ipcmark::transports {

/// A byte stream in shared memory, a pipe without the kernel. Both sides spin; two copies.
struct shm_bytes : channel_pair<byte_ring> {
    static constexpr transport_info info{
        .name = "shm_bytes",
        .summary = "byte-stream ring in shared memory, no message boundaries; both sides spin",
        .family = "shared memory",
        .reference = "memfd_create(2)",
        .wait = wait_style::spins,
        .facts = {.survives_producer_exit = true, .control = access::descriptor},
    };

    using channel_pair::channel_pair;
};

void register_shm_bytes(registry& all) {
    all.add<shm_bytes>();
}

}  // namespace ipcmark::transports
