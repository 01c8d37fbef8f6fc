#include "harness/endpoints/channel_pair.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/seqlock.hpp"

namespace ipcmark::transports {

/// The sensor pattern: one value under a sequence lock, replaced at will, read at will. The reader
/// spins for a newer one; two copies.
struct shm_seqlock : channel_pair<seqlock> {
    static constexpr transport_info info{
        .name = "shm_seqlock",
        .summary = "latest value under a sequence lock in shared memory; the reader spins",
        .family = "shared memory",
        .reference = "Boehm, MSPC 2012, doi:10.1145/2247684.2247688",
        .wait = wait_style::spins,
        .facts = {.message_boundaries = true,
                  .may_drop = true,
                  .latest_value = true,
                  .control = access::descriptor},
    };

    using channel_pair::channel_pair;
};

void register_shm_seqlock(registry& all) {
    all.add<shm_seqlock>();
}

}  // namespace ipcmark::transports
