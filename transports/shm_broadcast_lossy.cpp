#include "harness/endpoints/channel_pair.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/lossy_broadcast.hpp"

namespace ipcmark::transports {

/// One producer that never waits, any number of readers; one that falls behind by more than the
/// ring holds has lost what was overwritten, which is counted. Readers sleep on a futex word; on a
/// memfd; two copies.
struct shm_broadcast_lossy : channel_pair<lossy_broadcast> {
    static constexpr transport_info info{
        .name = "shm_broadcast_lossy",
        .summary = "shared-memory ring that every reader reads; one that falls behind loses",
        .family = "shared memory",
        .reference = "Boehm, MSPC 2012, doi:10.1145/2247684.2247688",
        .facts = {.message_boundaries = true,
                  .fan_out = sharing::broadcast,
                  .joinable = true,
                  .survives_producer_exit = true,
                  .may_drop = true,
                  .back_pressure = false,
                  .control = access::descriptor},
    };

    using channel_pair::channel_pair;
};

void register_shm_broadcast_lossy(registry& all) {
    all.add<shm_broadcast_lossy>();
}

}  // namespace ipcmark::transports
