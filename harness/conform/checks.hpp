#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/conform/check.hpp"
#include "harness/run/interrupt.hpp"
#include "harness/run/services.hpp"
#include "harness/run/workspace.hpp"
#include "harness/worker/worker.hpp"

namespace ipcmark::conform {

/// Every check, in the order in which a mechanism is examined.
std::span<const conformance_check* const> all_checks();
const conformance_check* find_check(std::string_view name);

/// Why this machine or build cannot run even one small pair of the mechanism; nullopt: it can.
std::optional<std::string> unusable_here(const registration& mechanism);

struct options {
    std::int64_t deadline_ms = 10'000;  // a stage may take this long
    std::vector<std::string> plugins;
    std::function<const external_worker*(std::string_view)> external = {};
};

/// What examinations share: the private folder, the interrupts, the services, the options.
struct conform_context {
    run_workspace& workspace;
    interrupt_watch& interrupts;
    services& leased;
    options chosen = {};
};

/// SIGINT or SIGTERM came during an examination.
class interrupted : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Examines one mechanism by one check: starts what the check needs, leaves nothing behind.
/// Throws `interrupted`, or call_failed when this process cannot spawn at all.
check_result examine(const conformance_check& which, const registration& mechanism,
                     conform_context& context);

}  // namespace ipcmark::conform

namespace ipcmark {

/// What a worker does whose job names a check; for worker_main.
void run_check_scenario(const registration& mechanism, setup& cell, session& state,
                        const job& task);

}  // namespace ipcmark
