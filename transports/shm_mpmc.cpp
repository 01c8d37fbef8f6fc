#include "harness/endpoints/channel_pair.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/mpmc_ring.hpp"

namespace ipcmark::transports {

/// Vyukov's bounded queue for many producers and many consumers, on a memfd. All spin; zero copy.
struct shm_mpmc : channel_pair<mpmc_ring> {
    static constexpr transport_info info{
        .name = "shm_mpmc",
        .summary = "shared-memory ring for many producers and consumers, zero copy; all spin",
        .family = "shared memory",
        .reference = "Vyukov, Bounded MPMC queue, 1024cores.net",
        .copies_per_message = 0,
        .wait = wait_style::spins,
        .facts = {.message_boundaries = true,
                  .fan_in = true,
                  .fan_out = sharing::competing,
                  .joinable = true,
                  .survives_producer_exit = true,
                  .control = access::descriptor},
    };

    using channel_pair::channel_pair;
};

void register_shm_mpmc(registry& all) {
    all.add<shm_mpmc>();
}

}  // namespace ipcmark::transports
