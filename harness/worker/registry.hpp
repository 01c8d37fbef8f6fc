#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/function_view.hpp"
#include "harness/contract/transport.hpp"
#include "harness/worker/external_worker.hpp"
#include "harness/worker/loops/dispatch.hpp"
#include "harness/worker/plugin_interface.hpp"

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
    /// What send held back goes now; nothing where the transport holds nothing back.
    virtual void flush() = 0;
    /// Answers requests until `handle` gives false. False, and nothing done, where the transport
    /// leaves the server's loop to its caller.
    virtual bool serve(function_view<bool(readable, writable)> handle) = 0;
};

/// How what a registration points to was compiled, and where it was loaded from.
struct code_origin {
    std::string file;  // of a plug-in or of an external mechanism's description; empty: built in
    bool optimised = true;
    std::string flags;  // empty: not told
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
    bool serves = false;  // a library owns the server's loop: nothing but replies comes from there
    code_origin origin;
    /// Whose worker is a command of its own: there is neither run nor make then.
    std::shared_ptr<const external_worker> external;

    /// Whether it is two programs that know nothing of ipcmark.
    bool is_program_pair() const { return external && external->programs; }
    /// Why this mechanism cannot run here at all; nullopt when it can.
    std::optional<std::string> why_unavailable() const;
    /// Why this cell is refused (its payload range, then the mechanism's own limits).
    std::optional<std::string> why_refused(const demand& asked) const;
};

namespace detail {

// Of the file that includes this.
#ifdef __OPTIMIZE__
constexpr bool optimised_here = true;
#else
constexpr bool optimised_here = false;
#endif
#ifdef IPCMARK_COMPILE_FLAGS
constexpr const char* flags_here = IPCMARK_COMPILE_FLAGS;
#else
constexpr const char* flags_here = "";
#endif

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
    void flush() override { loops::flush(end_); }
    bool serve(function_view<bool(readable, writable)> handle) override {
        if constexpr (loops::serves<T>) end_.serve(handle);
        return loops::serves<T>;
    }

private:
    T end_;
};

}  // namespace detail

/// A mechanism that cannot be registered: the rule that its name breaks.
class registration_refused : public std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

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
        entry.serves = loops::serves<T>;
        entry.origin = {{}, detail::optimised_here, detail::flags_here};
        insert(std::move(entry));
    }

    /// A mechanism that this build lacks. `name` must outlive the registry.
    void add_missing(std::string_view name, std::string_view package_hint);

    /// A mechanism whose worker is a command.
    void add_external(std::shared_ptr<const external_worker> worker);

    /// Where those registered from the `first` on came from.
    void came_from(const std::string& file, std::size_t first);

    const registration* find(std::string_view name) const;
    const std::vector<registration>& all() const noexcept { return entries_; }
    /// The registered names nearest to a misspelt one, best first.
    std::vector<std::string> nearest(std::string_view name, std::size_t at_most = 3) const;

    /// What a transport tells of its service, by its name. Refers to this.
    std::function<service_hooks(std::string_view)> services() const;

private:
    void insert(registration entry);  // throws registration_refused for a bad or repeated name
    std::vector<registration> entries_;
};

}  // namespace ipcmark
