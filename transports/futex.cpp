#include "harness/endpoints/wakeups/futex.hpp"

#include "harness/endpoints/notification_pair.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// futex(2); the call is left out while nobody sleeps.
struct futex : notification_pair<futex_wakeup> {
    static constexpr transport_info info =
        notification_info("futex", "futex on a count in shared memory", "futex(2)", counted_facts);
    using notification_pair::notification_pair;
};

void register_futex(registry& all) {
    all.add<futex>();
}

}  // namespace ipcmark::transports
