#include "harness/endpoints/fd_datagram.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

namespace {
constexpr transport_info udp_info(std::string_view name, std::string_view summary, bool joinable) {
    return {.name = name,
            .summary = summary,
            .family = "network sockets",
            .reference = "udp(7)",
            .payload = {.max_bytes = 65'507},  // 65,535 less the IP and UDP headers
            .facts = {.message_boundaries = true,
                      .ordered = false,
                      .duplex = true,
                      .unrelated_processes = true,
                      .cross_host = true,
                      .fan_in = true,
                      .fan_out = sharing::competing,
                      .joinable = joinable,
                      .survives_producer_exit = true,
                      .may_drop = true,
                      .control = access::anyone}};
}
}  // namespace

/// UDP over the IPv4 loopback, each message addressed and its sender looked at. The sender never
/// waits for the receiver: what does not fit into the receive buffer is lost, and counted. udp(7).
struct udp : basic_fd_datagram<addressed_peer> {
    static constexpr transport_info info =
        udp_info("udp", "UDP over the IPv4 loopback, each message addressed; lossy", false);

    explicit udp(setup& cell) : basic_fd_datagram(cell) {
        bound_udp made = bind_udp_pair(cell);
        use_lossy(cell, std::move(made.socket), {made.peer});
    }
};

/// The same over connected sockets: the kernel looks up the route once and keeps others out.
struct udp_connected : fd_datagram {
    static constexpr transport_info info =
        udp_info("udp_connected", "UDP over the IPv4 loopback, connected; lossy", true);

    explicit udp_connected(setup& cell) : fd_datagram(cell) {
        use_lossy(cell, joined(cell, connect_udp_pair));
    }
};

void register_udp(registry& all) {
    all.add<udp>();
    all.add<udp_connected>();
}

}  // namespace ipcmark::transports
