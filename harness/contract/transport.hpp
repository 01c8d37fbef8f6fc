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

#include "harness/contract/rendezvous.hpp"

/// The transport contract: what a mechanism's one file provides. See transports/README.md.
namespace ipcmark {

using writable = std::span<std::byte>;
using readable = std::span<const std::byte>;

enum class role : std::uint8_t { producer, consumer };
enum class pattern : std::uint8_t {
    round_trip,
    one_way,
    paced,        // open loop: one way, on a schedule
    wake,         // one way, one message after a silence
    burst,        // one way, n messages at once
    setup,        // from nothing to the first message, and down again
    decompose,    // "switch": the round trip in one process, on one CPU, on two
    switch_ring,  // no mechanism at all: a token goes round many processes over pipes
};

/// What a cell asks of a mechanism before any process exists.
struct demand {
    pattern kind = pattern::round_trip;
    std::size_t payload_bytes = 0;
    std::size_t depth = 1;
};

/// All that an endpoint may know. Valid while the endpoint is constructed.
struct setup {
    role side = role::producer;
    pattern kind = pattern::round_trip;
    std::string name = {};                 // unique per spawn: prefix of every system-wide name
    std::filesystem::path directory = {};  // private to the spawn (0700), swept by the parent
    std::size_t payload_bytes = 0;         // fixed for the whole cell
    std::size_t depth = 1;  // messages that the mechanism should hold, limits permitting
    unsigned parties = 2;
    unsigned party = 0;
    rendezvous& peer;
    std::map<std::string, std::int64_t> notes = {};  // facts worth recording: granted buffer sizes
    /// Where in 2 MiB of address space shared memory is to begin
    /// (harness/contract/memory_layout.hpp); both sides have the same. storages.hpp and
    /// channel_pair.hpp see to it.
    std::size_t region_offset_bytes = 0;

    bool producer() const noexcept { return side == role::producer; }
    bool both_ways() const noexcept { return kind == pattern::round_trip; }
    std::size_t queued_bytes() const noexcept { return payload_bytes * depth; }
};

enum class wait_style : std::uint8_t { blocks, spins, spins_then_blocks };
enum class sharing : std::uint8_t {
    none,       // one process on this side
    competing,  // several: each message goes to exactly one of them
};
enum class access : std::uint8_t {
    anyone,      // whoever reaches the address
    file_mode,   // a name guarded by owner and mode bits
    descriptor,  // whoever was handed the descriptor, nobody else
    same_user,   // processes of the same user: signals, tracing
};

/// Facts that help to choose a mechanism. Each is backed by a conformance law (harness/conform)
/// that fails when the fact is false.
struct traits {
    bool message_boundaries = false;   // a receive never joins or splits messages
    bool ordered = true;               // per producer; false without may_drop: all arrive
    bool duplex = false;               // one object carries both directions
    bool unrelated_processes = false;  // found by name or address, no descriptor handed over
    bool cross_host = false;           // the same calls work between two machines
    bool fan_in = false;               // several producers may send into one object
    sharing fan_out = sharing::none;
    bool priorities = false;              // send_urgent overtakes what is queued
    bool survives_producer_exit = false;  // what was sent can still be received
    bool peer_death_detected = false;     // a SIGKILLed peer ends recv and send within a second
    bool peer_death_may_be_late = false;  // as a rule it does; at times only after a long timeout
    bool may_drop = false;                // loss is possible and counted
    bool latest_value = false;  // a newer message replaces one not yet received (implies may_drop)
    bool back_pressure = true;  // send waits once a bounded number of messages is queued
    access control = access::anyone;
    bool encrypted = false;
    bool needs_daemon = false;
    bool allocates = false;  // a library allocates heap memory in send or recv
    std::string_view platforms = "linux";
};

/// Both 0: a notification, which wakes the peer and carries nothing.
struct payload_range {
    std::size_t min_bytes = 1;
    std::size_t max_bytes = std::size_t{16} << 20;
};

/// A mechanism's visiting card. constexpr data.
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
/// recv: blocks for one message, calls `consume` once with exactly payload_bytes, then releases
/// them. false: the peer has closed, or (may_drop) nothing came within loss_timeout.
/// Both may run the callback directly on the shared slot. Neither allocates (a library that does
/// all the same is declared: traits::allocates).
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
///   static child launch(const private_area&);
///       the daemon between the two: made before the pair and ready when this returns, ended after
///       it (harness/base/posix/child.hpp)
///   void send_urgent(fill);
///       overtakes what is queued (priorities)

/// After this long without a message, recv of a may_drop transport returns false.
inline constexpr int loss_timeout_ms = 200;

}  // namespace ipcmark
