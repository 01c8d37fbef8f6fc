#include "harness/run/services.hpp"

#include <exception>
#include <fmt/format.h>
#include <poll.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark {

services::services(run_workspace& workspace, interrupt_watch& interrupts, lookup hooks,
                   std::int64_t patience_ms)
    : workspace_(workspace),
      interrupts_(interrupts),
      hooks_(std::move(hooks)),
      patience_ms_(patience_ms) {}

services::~services() {
    end_others({});
}

/// All are asked first, so that the slowest one's second is the second of all.
void services::end_others(std::string_view transport) {
    const std::lock_guard lock(guard_);
    for (auto& [key, each] : slots_)
        if (key != transport && each.now) each.now->service->ask_to_end();
    for (auto& [key, each] : slots_)
        if (key != transport) each.now.reset();
}

lease services::lease_for(const cell& what) {
    const std::lock_guard lock(guard_);
    const service_hooks hooks = hooks_ ? hooks_(what.transport) : service_hooks();
    if (hooks.start == nullptr) return {};
    slot& own = slots_[key_of(what)];
    if (!own.now) return start(own, hooks, what);
    if (const auto fault = trouble_of(*own.now)) {
        own.now.reset();
        return {nullptr, lost(what, *fault)};
    }
    return {own.now->service};
}

std::optional<failure> services::cause(const cell& what) {
    // A peer may see the end of a connection before the kernel shows the end of its process.
    constexpr int patience_ms = 50;
    const std::lock_guard lock(guard_);
    const auto own = slots_.find(key_of(what));
    if (own == slots_.end() || !own->second.now) return std::nullopt;
    running& one = *own->second.now;
    for (const auto& process : one.service->processes()) {
        pollfd watched{process.handle.pidfd(), POLLIN, 0};
        ::poll(&watched, 1, patience_ms);
    }
    const auto fault = trouble_of(one);
    if (!fault) return std::nullopt;
    own->second.now.reset();
    return lost(what, *fault);
}

/// What is wrong with it, its last words included; nullopt: nothing.
std::optional<std::string> services::trouble_of(const running& one) {
    const auto log = one.folder.directory() / service_log_name;
    if (const auto ended = one.service->why_ended()) return *ended + last_words(log);
    if (one.hooks.healthy == nullptr) return std::nullopt;
    try {
        if (one.hooks.healthy(one.service->addresses())) return std::nullopt;
        return "it runs but does not answer" + last_words(log);
    } catch (const std::exception& e) {
        return std::string("it runs but does not answer: ") + e.what() + last_words(log);
    }
}

lease services::start(slot& into, const service_hooks& hooks, const cell& what) {
    if (into.failed_starts > restarts_at_most)
        return {nullptr, failure{status::failed, "service", "",
                                 fmt::format("the service of {} is given up after {} attempts to "
                                             "start it: {}",
                                             what.transport, into.failed_starts, into.last_fault)}};
    try {
        run_workspace::repetition_workspace folder = workspace_.next_service();
        service_workspace workspace(folder.name(), folder.directory(),
                                    {std::chrono::milliseconds(patience_ms_), interrupts_.fd()});
        running_service made = hooks.start(workspace);
        made.tell("directory", folder.directory());
        into.now.emplace(
            running{std::move(folder), std::make_shared<running_service>(std::move(made)), hooks});
        into.failed_starts = 0;
        return {into.now->service};
    } catch (const service_interrupted& e) {
        return {nullptr, failure{status::failed, "interrupted", "", e.what()}};
    } catch (const limit_exceeded& e) {
        return {nullptr, failure{status::skipped, "limit", "", e.what()}};
    } catch (const std::exception& e) {
        ++into.failed_starts;
        into.last_fault = e.what();
        return {nullptr, lost(what, std::string("it could not be started: ") + e.what())};
    }
}

failure services::lost(const cell& what, const std::string& fault) {
    const unsigned times = ++lost_[what.name()];
    const bool again = times <= restarts_at_most;
    return {status::failed, std::string(again ? service_lost_code : "service"), "",
            fmt::format(
                "the service of {} is lost: {}; {}", what.transport, fault,
                again ? "it is started again for the next repetition"
                      : fmt::format("the cell is given up after {} restarts", restarts_at_most))};
}

}  // namespace ipcmark
