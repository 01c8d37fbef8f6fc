#include <sys/eventfd.h>

#include "faulty.hpp"
#include "faulty_bases.hpp"

namespace ipcmark::conform {

namespace {

// --- honest

constexpr transport_info honest_packets = describe("honest_packets");
constexpr transport_info honest_bytes = describe("honest_bytes", stream_facts);

// --- description

constexpr transport_info no_summary = [] {
    transport_info info = describe("no_summary");
    info.summary = {};
    return info;
}();
constexpr transport_info claims_encryption =
    describe("claims_encryption", with(packet_facts, [](traits& t) { t.encrypted = true; }));
constexpr transport_info claims_daemon =
    describe("claims_daemon", with(packet_facts, [](traits& t) { t.needs_daemon = true; }));
constexpr transport_info replaces_without_loss =
    describe("replaces_without_loss", with(packet_facts, [](traits& t) { t.latest_value = true; }));

// --- boundaries, duplex, unrelated_processes, cross_host

constexpr transport_info claims_boundaries = describe(
    "claims_boundaries", with(stream_facts, [](traits& t) { t.message_boundaries = true; }));
/// Whose largest message is too small to be doubled.
constexpr transport_info small_claims_boundaries = [] {
    transport_info info = describe("small_claims_boundaries", claims_boundaries.facts);
    info.payload.max_bytes = 100;
    return info;
}();
constexpr transport_info denies_boundaries = describe(
    "denies_boundaries", with(packet_facts, [](traits& t) { t.message_boundaries = false; }));
constexpr transport_info claims_duplex =
    describe("claims_duplex", with(pipe_facts, [](traits& t) { t.duplex = true; }));
constexpr transport_info denies_duplex =
    describe("denies_duplex", with(packet_facts, [](traits& t) { t.duplex = false; }));
constexpr transport_info claims_unrelated = describe(
    "claims_unrelated", with(packet_facts, [](traits& t) { t.unrelated_processes = true; }));
constexpr transport_info claims_cross_host =
    describe("claims_cross_host", with(packet_facts, [](traits& t) { t.cross_host = true; }));

constexpr transport_info denies_cross_host =
    describe("denies_cross_host", with(tcp_facts, [](traits& t) { t.cross_host = false; }));
constexpr transport_info denies_unrelated =
    describe("denies_unrelated", with(tcp_facts, [](traits& t) { t.unrelated_processes = false; }));

// --- fan_in, fan_out

constexpr transport_info claims_fan_in =
    large_info("claims_fan_in", with(pipe_facts, [](traits& t) { t.fan_in = true; }));
constexpr transport_info claims_fan_out = large_info(
    "claims_fan_out", with(pipe_facts, [](traits& t) { t.fan_out = sharing::competing; }));

constexpr transport_info ring_claims_fan_in =
    describe("ring_claims_fan_in", with(ring_facts, [](traits& t) { t.fan_in = true; }));
constexpr transport_info ring_claims_fan_out = describe(
    "ring_claims_fan_out", with(ring_facts, [](traits& t) { t.fan_out = sharing::competing; }));

// --- joinable, served

constexpr transport_info claims_joinable =
    large_info("claims_joinable", with(pipe_facts, [](traits& t) {
                   t.joinable = t.fan_in = true;
                   t.fan_out = sharing::competing;
               }));
constexpr transport_info ring_claims_joinable = describe(
    "ring_claims_joinable", with(ring_facts, [](traits& t) { t.joinable = t.fan_in = true; }));

constexpr transport_info claims_broadcast =
    describe("claims_broadcast", with(pipe_facts, [](traits& t) {
                 t.joinable = true;
                 t.fan_out = sharing::broadcast;
             }));

/// A server that waits for it waits for good.
struct never_readable : bytes {
    static constexpr transport_info info = describe("never_readable", stream_facts);
    explicit never_readable(setup& cell)
        : bytes(cell), silent_(checked(::eventfd(0, EFD_CLOEXEC), "eventfd")) {}
    int wait_fd() const noexcept { return silent_.get(); }

private:
    unique_fd silent_;
};

// --- priorities

constexpr traits priority_facts = with(packet_facts, [](traits& t) { t.priorities = true; });
constexpr transport_info claims_priorities = describe("claims_priorities", priority_facts);

template <const transport_info& Info>
struct urgent_in_name_only : packets {
    static constexpr const transport_info& info = Info;
    using packets::packets;
    template <class Fill>
    void send_urgent(Fill fill) {
        packets::send(fill);
    }
};
constexpr transport_info queues_urgent = describe("queues_urgent", priority_facts);
constexpr transport_info hides_urgent = describe("hides_urgent");

// --- wait_style

constexpr transport_info spins_secretly = describe("spins_secretly", ring_facts);
constexpr transport_info sleeps_secretly = [] {
    transport_info info = describe("sleeps_secretly", ring_facts);
    info.wait = wait_style::spins;
    return info;
}();

}  // namespace

void register_faulty_by_trait(registry& all) {
    add_described<packets, honest_packets, no_summary, claims_encryption, claims_daemon,
                  replaces_without_loss, denies_boundaries, denies_duplex, claims_unrelated,
                  claims_cross_host, claims_priorities>(all);
    add_described<bytes, honest_bytes, claims_boundaries, small_claims_boundaries>(all);
    add_described<piped, claims_duplex, claims_fan_in, claims_fan_out, claims_joinable,
                  claims_broadcast>(all);
    add_described<tcp_pair, denies_cross_host, denies_unrelated>(all);
    add_described<ring_pair<spin_wait>, spins_secretly>(all);
    add_described<ring_pair<futex_wait>, sleeps_secretly, ring_claims_fan_in, ring_claims_fan_out,
                  ring_claims_joinable>(all);
    add_all<never_readable>(all);
    add_all<urgent_in_name_only<queues_urgent>, urgent_in_name_only<hides_urgent>>(all);
}

}  // namespace ipcmark::conform
