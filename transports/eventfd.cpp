#include "harness/endpoints/wakeups/eventfd.hpp"

#include "harness/endpoints/notification_pair.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// eventfd(2) as a counter.
struct eventfd : notification_pair<eventfd_counter_wakeup> {
    static constexpr transport_info info = notification_info(
        "eventfd", "eventfd; one read takes all that waits", "eventfd(2)", counted_facts);
    using notification_pair::notification_pair;
};

/// eventfd(2) as a semaphore.
struct eventfd_semaphore : notification_pair<eventfd_semaphore_wakeup> {
    static constexpr transport_info info =
        notification_info("eventfd_semaphore", "eventfd with EFD_SEMAPHORE; a read takes one",
                          "eventfd(2)", counted_facts);
    using notification_pair::notification_pair;
};

void register_eventfd(registry& all) {
    all.add<eventfd>();
    all.add<eventfd_semaphore>();
}

}  // namespace ipcmark::transports
