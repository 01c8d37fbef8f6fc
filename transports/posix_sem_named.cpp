#include "harness/endpoints/notification_pair.hpp"
#include "harness/endpoints/wakeups/posix_sem.hpp"
#include "harness/registry.hpp"

namespace ipcmark::transports {

/// sem_init(3), process-shared.
struct posix_sem_unnamed : notification_pair<unnamed_sem_wakeup> {
    static constexpr transport_info info = [] {
        transport_info card = notification_card(
            "posix_sem_unnamed", "unnamed POSIX semaphore in shared memory", "sem_overview(7)");
        card.facts.back_pressure = false;
        card.facts.survives_producer_exit = true;
        card.facts.fan_in = true;
        return card;
    }();
    using notification_pair::notification_pair;
};

/// sem_open(3).
struct posix_sem_named : notification_pair<named_sem_wakeup> {
    static constexpr transport_info info = [] {
        transport_info card =
            notification_card("posix_sem_named", "named POSIX semaphore", "sem_overview(7)");
        card.facts.back_pressure = false;
        card.facts.survives_producer_exit = true;
        card.facts.fan_in = true;
        card.facts.unrelated_processes = true;
        card.facts.control = access::file_mode;
        return card;
    }();
    using notification_pair::notification_pair;
};

void register_posix_sem_named(registry& all) {
    all.add<posix_sem_unnamed>();
    all.add<posix_sem_named>();
}

}  // namespace ipcmark::transports
