#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "harness/contract/patterns.hpp"
#include "harness/contract/rendezvous.hpp"
#include "harness/contract/service.hpp"
#include "harness/contract/topology.hpp"
#include "harness/contract/traits.hpp"

/// The transport contract: what a mechanism's one file provides. See transports/README.md.
namespace ipcmark {

using writable = std::span<std::byte>;
using readable = std::span<const std::byte>;

/// What a cell asks of a mechanism before any process exists.
struct demand {
    pattern kind = pattern::round_trip;
    std::size_t payload_bytes = 0;
    std::size_t depth = 1;

    bool both_ways() const noexcept { return pattern_of(kind).both_ways(); }
    std::size_t directions() const noexcept { return both_ways() ? 2 : 1; }
};

/// What an endpoint may know besides the way to its peer.
struct setup_values {
    role side = role::producer;
    pattern kind = pattern::round_trip;
    std::string name = {};  // unique per repetition: prefix of every system-wide name
    std::filesystem::path directory = {};  // private to the repetition (0700), swept by the parent
    std::size_t payload_bytes = 0;         // fixed for the whole cell
    std::size_t depth = 1;  // messages that the mechanism should hold, limits permitting
    unsigned parties = 2;
    unsigned party = 0;
    membership group = {};  // more than a pair: an endpoint sees it where all share one object
    std::map<std::string, std::int64_t> notes = {};  // facts worth recording: granted buffer sizes
    /// Where in 2 MiB of address space shared memory is to begin
    /// (harness/contract/memory_layout.hpp); both sides have the same. storages.hpp and
    /// channel_pair.hpp see to it.
    std::size_t region_offset_bytes = 0;
    /// Where the service is that start() made; empty where the mechanism needs none.
    const service_addresses& service = no_service;

    bool producer() const noexcept { return side == role::producer; }
    /// Of what all share one makes it, the first producer, and the first of each side connects it.
    bool first_of_side() const noexcept { return group.index == 0; }
    bool makes() const noexcept { return producer() && first_of_side(); }
    bool both_ways() const noexcept { return asked().both_ways(); }
    std::size_t queued_bytes() const noexcept { return payload_bytes * depth; }
    demand asked() const noexcept { return {kind, payload_bytes, depth}; }
};

/// All that an endpoint may know. Valid while the endpoint is constructed. One for another line is
/// made from the values of this one: `setup other{cell.values(), line}`.
struct setup : setup_values {
    rendezvous& peer;

    const setup_values& values() const noexcept { return *this; }
};

enum class wait_style : std::uint8_t { blocks, spins, spins_then_blocks };
/// Both 0: a notification, which wakes the peer and carries nothing.
struct payload_range {
    std::size_t min_bytes = 1;
    std::size_t max_bytes = std::size_t{16} << 20;
};

/// What a mechanism is and can do: constexpr data.
struct transport_info {
    std::string_view name;       // [a-z][a-z0-9_]*, unique, states what differs
    std::string_view summary;    // one line for `ipcmark list`
    std::string_view family;     // groups the mechanisms in lists and reports
    std::string_view reference;  // manual page or document
    payload_range payload = {};
    unsigned copies_per_message = 2;
    wait_style wait = wait_style::blocks;
    traits facts = {};
    bool loops_back = false;  // one endpoint receives what it sent: no peer (null)
    bool test_only = false;   // never in a default plan
};

namespace detail {
struct fill_archetype {
    void operator()(writable) const {}
};
struct consume_archetype {
    void operator()(readable) const {}
};
}  // namespace detail

/// send: offers exactly payload_bytes writable bytes to `fill` once, then publishes them; blocks
/// until the mechanism has accepted the message; throws when it cannot (peer gone).
/// recv: blocks for one message, calls `consume` once with the bytes that came, then releases
/// them: payload_bytes, as long as the peer keeps to the contract. A message of another length is
/// handed on with the length that it has (offer the kernel one byte more than payload_bytes, so
/// that a longer one shows); a byte stream, which has no messages, waits for payload_bytes. false:
/// the peer has closed, or (may_drop) nothing came within loss_timeout. Both may run the callback
/// directly on the shared slot. Neither allocates (a library that does all the same is declared:
/// traits::allocates).
template <class T>
concept transport = std::constructible_from<T, setup&> && requires(T& end) {
    { T::info } -> std::convertible_to<const transport_info&>;
    { end.send(detail::fill_archetype{}) } -> std::same_as<void>;
    { end.recv(detail::consume_archetype{}) } -> std::same_as<bool>;
};

/// Optional parts, found by `requires`:
///   static std::optional<std::string> unavailable();
///       this machine lacks it: why, and what helps
///   static std::optional<std::string> limit(const demand&);
///       this size is refused: which limit, and how to raise it
///   static running_service start(service_workspace&);
///       the broker or daemon between them (harness/contract/service.hpp): ready when this returns,
///       kept for the whole run. Its names and topics begin with the repetition's `name`
///   static bool healthy(const service_addresses&);
///       asked before each repetition besides whether its processes run
///   void send_urgent(fill);
///       overtakes what is queued (priorities)
///   bool read(consume);
///       of a latest value: see shares_state
///   int wait_fd();
///       readable (epoll(7)) once a recv finds a whole message: one process can serve many channels
///   bool ready();
///       the same asked without waiting, of what polls
///   void flush();
///       send may hold messages back for a batch: called wherever the other side must see them all,
///       after each request, each reply and the last message of a stream
///   void serve(handler);
///       a library owns the server's loop: calls `handler(readable request, writable reply)`, which
///       gives a bool, once per request, and returns when the reply to the one that gave false is
///       on its way

/// read: gives `consume` the newest whole value, the same one again where there is no newer; never
/// waits. false, without a call: none was written yet, or the writer was at it.
template <class T>
concept shares_state = requires(T& end) {
    { end.read(detail::consume_archetype{}) } -> std::same_as<bool>;
};

/// One process can serve several channels: the kernel says which has a message, or each is asked.
template <class T>
concept waits_by_descriptor = requires(T& end) {
    { end.wait_fd() } -> std::same_as<int>;
};
template <class T>
concept tells_readiness = requires(T& end) {
    { end.ready() } -> std::same_as<bool>;
};

/// After this long without a message, recv of a may_drop transport returns false.
inline constexpr int loss_timeout_ms = 200;

}  // namespace ipcmark
