#include "harness/endpoints/notification_pair.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/lock_handoff.hpp"

namespace ipcmark::transports {

/// Three robust mutexes that the two sides take in turn.
struct pthread_mutex_handoff : notification_pair<lock_handoff<mutex_locks>> {
    static constexpr transport_info info =
        notification_info("pthread_mutex_handoff", "robust process-shared mutexes handed round",
                          "pthread_mutexattr_setrobust(3)", handoff_facts);
    using notification_pair::notification_pair;
};

/// Three files, locked in turn by flock(2).
struct flock : notification_pair<lock_handoff<whole_file_locks>> {
    static constexpr transport_info info = notification_info(
        "flock", "whole-file locks handed round", "flock(2)", found_by_name(handoff_facts));
    using notification_pair::notification_pair;
};

/// Three bytes of a file, locked in turn by fcntl(2) F_OFD_SETLKW.
struct fcntl_lock : notification_pair<lock_handoff<record_locks>> {
    static constexpr transport_info info =
        notification_info("fcntl_lock", "record locks (open file description) handed round",
                          "fcntl(2)", found_by_name(handoff_facts));
    using notification_pair::notification_pair;
};

void register_pthread_mutex_handoff(registry& all) {
    all.add<pthread_mutex_handoff>();
    all.add<flock>();
    all.add<fcntl_lock>();
}

}  // namespace ipcmark::transports
