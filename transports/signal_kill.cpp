#include "harness/endpoints/notification_pair.hpp"
#include "harness/endpoints/wakeups/signals.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// kill(2) and a handler. Signals that are pending together arrive as one.
struct signal_kill : notification_pair<signal_handler_wakeup> {
    static constexpr transport_info info = notification_info(
        "signal_kill", "SIGUSR1 by kill, handler, sleeping in ppoll; pending ones join",
        "signal(7)",
        {.message_boundaries = true,
         .ordered = false,
         .unrelated_processes = true,
         .may_drop = true,
         .control = access::same_user});
    using notification_pair::notification_pair;
};

/// A queued real-time signal, read from a signalfd(2).
struct signalfd : notification_pair<signalfd_wakeup> {
    static constexpr transport_info info =
        notification_info("signalfd", "real-time signal read from a signalfd; counted",
                          "signalfd(2)", found_by_name(counted_facts, access::same_user));
    using notification_pair::notification_pair;
};

void register_signal_kill(registry& all) {
    all.add<signal_kill>();
    all.add<signalfd>();
}

}  // namespace ipcmark::transports
