#include "harness/endpoints/channel_pair.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/mutex_slot.hpp"

namespace ipcmark::transports {

/// One slot in shared memory under a robust process-shared mutex, a futex word as its condition.
/// Blocking; zero copy. A peer killed anywhere, even inside the lock, is noticed and the lock
/// recovered; a half-written message is dropped.
struct shm_mutex_slot : channel_pair<mutex_slot> {
    static constexpr transport_info info{
        .name = "shm_mutex_slot",
        .summary = "one slot in shared memory under a robust mutex; sleeps in futex(2)",
        .family = "shared memory",
        .reference = "pthread_mutexattr_setrobust(3)",
        .copies_per_message = 0,
        .facts = {.message_boundaries = true,
                  .fan_in = true,
                  .fan_out = sharing::competing,
                  .survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::descriptor},
    };

    using channel_pair::channel_pair;
};

void register_shm_mutex_slot(registry& all) {
    all.add<shm_mutex_slot>();
}

}  // namespace ipcmark::transports
