#include "harness/endpoints/notification_pair.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/barrier_wakeup.hpp"

namespace ipcmark::transports {

/// pthread_barrier_wait(3): both sides wait for each other.
struct pthread_barrier : notification_pair<barrier_wakeup> {
    static constexpr transport_info info = notification_info(
        "pthread_barrier", "process-shared pthread barrier; a post waits to be taken",
        "pthread_barrier_wait(3)", {.message_boundaries = true, .control = access::descriptor});
    using notification_pair::notification_pair;
};

/// No wake-up at all: the waiter polls and yields.
struct sched_yield : notification_pair<yield_wakeup> {
    static constexpr transport_info info = [] {
        transport_info made = notification_info(
            "sched_yield",
            "a count in shared memory polled between sched_yield calls; the baseline",
            "sched_yield(2)", counted_facts);
        made.wait = wait_style::spins;
        return made;
    }();
    using notification_pair::notification_pair;
};

void register_pthread_barrier(registry& all) {
    all.add<pthread_barrier>();
    all.add<sched_yield>();
}

}  // namespace ipcmark::transports
