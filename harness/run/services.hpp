#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "harness/contract/cell.hpp"
#include "harness/contract/failure.hpp"
#include "harness/contract/service.hpp"
#include "harness/run/interrupt.hpp"
#include "harness/run/workspace.hpp"

namespace ipcmark {

/// What a repetition gets: the service of its mechanism, nothing where it needs none, or why there
/// is none.
struct lease {
    std::shared_ptr<const running_service> service = nullptr;
    std::optional<failure> refused = {};
};

/// The brokers and daemons of a run: each is started when a repetition first needs it, in a private
/// folder of its own, looked after before every repetition, and ended with this object (SIGTERM,
/// SIGKILL a second later) or, by the kernel, with the thread that started it. One that has ended
/// fails its repetition and is started again for the next, for a cell `restarts_at_most` times.
class services {
public:
    using lookup = std::function<service_hooks(std::string_view transport)>;
    static constexpr unsigned restarts_at_most = 3;

    /// All outlive this. A start may take `patience_ms`.
    services(run_workspace& workspace, interrupt_watch& interrupts, lookup hooks,
             std::int64_t patience_ms = 10'000);
    ~services();
    services(const services&) = delete;
    services& operator=(const services&) = delete;

    /// Blocks while the service starts.
    lease lease_for(const cell& what);

    /// For a repetition that failed: the service's end, where that is the cause.
    std::optional<failure> cause(const cell& what);

    /// Ends all services except this transport's.
    void end_others(std::string_view transport);

private:
    /// What two cells that may share a service have in common. No option of a cell changes a
    /// service: the transport alone.
    static std::string key_of(const cell& what) { return what.transport; }

    /// In this order: the folder goes after the processes.
    struct running {
        run_workspace::repetition_workspace folder;
        std::shared_ptr<running_service> service;
        service_hooks hooks;
    };
    struct slot {
        std::optional<running> now;
        unsigned failed_starts = 0;  // in a row
        std::string last_fault;
    };

    static std::optional<std::string> trouble_of(const running& one);
    lease start(slot& into, const service_hooks& hooks, const cell& what);
    failure lost(const cell& what, const std::string& fault);

    run_workspace& workspace_;
    interrupt_watch& interrupts_;
    lookup hooks_;
    std::int64_t patience_ms_;
    std::mutex guard_;  // two pairs may run at once
    std::map<std::string, slot, std::less<>> slots_;
    std::map<std::string, unsigned> lost_;  // how often, by cell
};

}  // namespace ipcmark
