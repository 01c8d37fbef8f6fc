#include <arpa/inet.h>
#include <array>
#include <random>

#include "harness/endpoints/fd_datagram.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

namespace {

/// For experiments, never assigned; RFC 3692.
constexpr int experimental_protocol = 253;

/// Raw sockets have no ports: whoever is bound to an address gets all that the protocol carries to
/// it. So each side takes an address of its own in 127.128.0.0/9, all of which are the loopback;
/// two pairs would have to draw the same two.
sockaddr_in own_loopback_address() {
    std::random_device draw;
    const std::uint32_t host = 0x80'0000u | (draw() & 0x7f'fffcu) | 1u;
    return {.sin_family = AF_INET,
            .sin_port = 0,
            .sin_addr = {htonl(0x7f00'0000u | host)},
            .sin_zero = {}};
}

unique_fd connect_raw_pair(setup& cell) {
    unique_fd socket = open_socket(AF_INET, SOCK_RAW, experimental_protocol);
    sockaddr_in address = own_loopback_address();
    checked(::bind(socket.get(), generic(address), sizeof address), "bind to 127.128.0.0/9");
    std::array<char, INET_ADDRSTRLEN> text{};
    cell.peer.tell(::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size()));
    ::inet_pton(AF_INET, cell.peer.hear().c_str(), &address.sin_addr);
    checked(::connect(socket.get(), generic(address), sizeof address), "connect");
    drop_queued(socket.get());
    cell.peer.meet();
    return socket;
}

}  // namespace

/// IPv4 without a transport protocol, over the loopback: the kernel adds the IP header alone and
/// filters by the two addresses. Lossy like UDP. Needs CAP_NET_RAW; raw(7).
struct raw_ip : basic_fd_datagram<connected_raw_peer> {
    static constexpr transport_info info{
        .name = "raw_ip",
        .summary = "raw IPv4 sockets over the loopback, protocol 253; lossy; needs CAP_NET_RAW",
        .family = "network sockets",
        .reference = "raw(7)",
        .payload = {.max_bytes = 65'515},  // 65,535 less the IP header
        .facts = {.message_boundaries = true,
                  .ordered = false,
                  .duplex = true,
                  .unrelated_processes = true,
                  .cross_host = true,
                  .fan_in = true,
                  .fan_out = sharing::competing,
                  .joinable = true,
                  .survives_producer_exit = true,
                  .may_drop = true,
                  .control = access::anyone},
    };

    static std::optional<std::string> unavailable() {
        return no_socket(AF_INET, SOCK_RAW, experimental_protocol, net_raw_remedy);
    }

    explicit raw_ip(setup& cell) : basic_fd_datagram(cell) {
        use_lossy(cell, joined(cell, connect_raw_pair));
    }
};

void register_raw_ip(registry& all) {
    all.add<raw_ip>();
}

}  // namespace ipcmark::transports
