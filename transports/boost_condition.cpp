#include "harness/endpoints/notification_pair.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/boost_wakeups.hpp"

namespace ipcmark::transports {

/// boost::interprocess mutex and condition around a count.
struct boost_condition : notification_pair<boost_condition_wakeup> {
    static constexpr transport_info info =
        notification_info("boost_condition", "Boost.Interprocess mutex and condition",
                          "boost::interprocess::interprocess_condition", counted_facts);
    using notification_pair::notification_pair;
};

/// boost::interprocess::interprocess_semaphore.
struct boost_semaphore : notification_pair<boost_semaphore_wakeup> {
    static constexpr transport_info info =
        notification_info("boost_semaphore", "Boost.Interprocess semaphore",
                          "boost::interprocess::interprocess_semaphore", counted_facts);
    using notification_pair::notification_pair;
};

void register_boost_condition(registry& all) {
    all.add<boost_condition>();
    all.add<boost_semaphore>();
}

}  // namespace ipcmark::transports
