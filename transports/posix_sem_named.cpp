#include "harness/endpoints/notification_pair.hpp"
#include "harness/endpoints/wakeups/posix_sem.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// sem_init(3), process-shared.
struct posix_sem_unnamed : notification_pair<unnamed_sem_wakeup> {
    static constexpr transport_info info =
        notification_info("posix_sem_unnamed", "unnamed POSIX semaphore in shared memory",
                          "sem_overview(7)", counted_facts);
    using notification_pair::notification_pair;
};

/// sem_open(3).
struct posix_sem_named : notification_pair<named_sem_wakeup> {
    static constexpr transport_info info =
        notification_info("posix_sem_named", "named POSIX semaphore", "sem_overview(7)",
                          found_by_name(counted_facts));
    using notification_pair::notification_pair;
};

void register_posix_sem_named(registry& all) {
    all.add<posix_sem_unnamed>();
    all.add<posix_sem_named>();
}

}  // namespace ipcmark::transports
