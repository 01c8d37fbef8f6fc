#include "harness/endpoints/notification_pair.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/inotify_wakeup.hpp"

namespace ipcmark::transports {

/// inotify(7) on a growing file.
struct inotify_file : notification_pair<inotify_wakeup> {
    static constexpr transport_info info =
        notification_info("inotify_file", "a byte appended to a file that the peer watches",
                          "inotify(7)", found_by_name(counted_facts));
    using notification_pair::notification_pair;
};

void register_inotify_file(registry& all) {
    all.add<inotify_file>();
}

}  // namespace ipcmark::transports
