#include "harness/endpoints/wakeups/sysv_sem.hpp"

#include "harness/endpoints/notification_pair.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// semop(2) on two System V semaphores: what was posted, and the room left for more.
struct sysv_sem : notification_pair<sysv_sem_wakeup> {
    static constexpr transport_info info =
        notification_info("sysv_sem", "System V semaphores, bounded by a second one", "semop(2)",
                          {.message_boundaries = true,
                           .unrelated_processes = true,
                           .fan_in = true,
                           .control = access::file_mode});
    using notification_pair::notification_pair;
};

void register_sysv_sem(registry& all) {
    all.add<sysv_sem>();
}

}  // namespace ipcmark::transports
