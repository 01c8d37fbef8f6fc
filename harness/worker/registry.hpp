#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/function_view.hpp"
#include "harness/contract/transport.hpp"
#include "harness/worker/loops/dispatch.hpp"

namespace ipcmark {

/// A transport behind virtual calls, for checks and tests, where speed does not matter.
class any_endpoint {
public:
    virtual ~any_endpoint() = default;
    virtual void send(function_view<void(writable)> fill) = 0;
    virtual bool recv(function_view<void(readable)> consume) = 0;
    /// Throws std::logic_error where the transport has no priorities.
    virtual void send_urgent(function_view<void(writable)> fill) = 0;
    /// Throws std::logic_error where the transport keeps no latest value.
    virtual bool read(function_view<void(readable)> consume) = 0;
};

/// One registered mechanism: its description and the pointers to what was instantiated in its own
/// file.
struct registration {
    transport_info info;
    std::string missing;  // not built: the reason and the package to install
    void (*run)(setup&, session&) = nullptr;
    std::unique_ptr<any_endpoint> (*make)(setup&) = nullptr;
    std::optional<std::string> (*unavailable)() = nullptr;
    std::optional<std::string> (*limit)(const demand&) = nullptr;
    service_hooks service;
    bool has_urgent = false;
    bool can_share_state = false;
    bool runs_several = false;  // its worker knows more than a pair
    bool is_servable = false;   // one process can look after many channels of it
    bool owns_its_server = false;

    /// Why this mechanism cannot run here at all; nullopt when it can.
    std::optional<std::string> why_unavailable() const;
    /// Why this cell is refused (its payload range, then the mechanism's own limits).
    std::optional<std::string> why_refused(const demand& asked) const;
};

namespace detail {

template <class T>
class erased_endpoint final : public any_endpoint {
public:
    explicit erased_endpoint(setup& cell) : end_(cell) {}
    void send(function_view<void(writable)> fill) override { end_.send(fill); }
    bool recv(function_view<void(readable)> consume) override { return end_.recv(consume); }
    void send_urgent(function_view<void(writable)> fill) override {
        if constexpr (requires { end_.send_urgent(fill); })
            end_.send_urgent(fill);
        else
            throw std::logic_error("this transport has no priorities");
    }
    bool read(function_view<void(readable)> consume) override {
        if constexpr (shares_state<T>)
            return end_.read(consume);
        else
            throw std::logic_error("this transport keeps no latest value");
    }

private:
    T end_;
};

}  // namespace detail

/// All mechanisms, in registration order.
class registry {
public:
    /// Registers a transport; the concept is checked in the transport's own file.
    template <transport T>
    void add() {
        registration entry;
        entry.info = T::info;
        entry.run = &loops::run_spawn<T>;
        entry.make = [](setup& cell) -> std::unique_ptr<any_endpoint> {
            return std::make_unique<detail::erased_endpoint<T>>(cell);
        };
        if constexpr (requires { T::unavailable(); }) entry.unavailable = &T::unavailable;
        if constexpr (requires(const demand& asked) { T::limit(asked); }) entry.limit = &T::limit;
        if constexpr (requires(service_workspace & workspace) { T::start(workspace); })
            entry.service.start = &T::start;
        if constexpr (requires(const service_addresses& where) { T::healthy(where); })
            entry.service.healthy = &T::healthy;
        entry.has_urgent = requires(T & end, detail::fill_archetype fill) {
            end.send_urgent(fill);
        };
        entry.can_share_state = shares_state<T>;
        entry.runs_several = true;
        entry.is_servable = loops::servable<T>;
        entry.owns_its_server = loops::serves<T>;
        insert(std::move(entry));
    }

    /// A mechanism that this build lacks. `name` must outlive the registry.
    void add_missing(std::string_view name, std::string_view package_hint);

    const registration* find(std::string_view name) const;
    const std::vector<registration>& all() const noexcept { return entries_; }
    /// The registered names nearest to a misspelt one, best first.
    std::vector<std::string> nearest(std::string_view name, std::size_t at_most = 3) const;

    /// What a transport tells of its service, by its name. Refers to this.
    std::function<service_hooks(std::string_view)> services() const;

private:
    void insert(registration entry);  // throws std::logic_error for a bad or repeated name
    std::vector<registration> entries_;
};

}  // namespace ipcmark
