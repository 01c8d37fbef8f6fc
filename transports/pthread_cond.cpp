#include "harness/endpoints/wakeups/pthread_cond.hpp"

#include "harness/endpoints/notification_pair.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// The monitor: a count under a mutex and a condition.
struct pthread_cond : notification_pair<pthread_cond_wakeup> {
    static constexpr transport_info info =
        notification_info("pthread_cond", "process-shared mutex and condition variable",
                          "pthread_cond_wait(3)", counted_facts);
    using notification_pair::notification_pair;
};

void register_pthread_cond(registry& all) {
    all.add<pthread_cond>();
}

}  // namespace ipcmark::transports
