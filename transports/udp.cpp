#include <sys/socket.h>

#include "harness/endpoints/fd_datagram.hpp"
#include "harness/host/limits.hpp"
#include "harness/posix/error.hpp"
#include "harness/posix/socket.hpp"
#include "harness/registry.hpp"

namespace ipcmark::transports {

/// UDP over the IPv4 loopback. The sender never waits for the receiver: what does not fit into the
/// receive buffer is lost, and counted. udp(7).
struct udp : fd_datagram {
    static constexpr transport_info info{
        .name = "udp",
        .summary = "UDP over the IPv4 loopback; lossy, losses are counted",
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
                  .survives_producer_exit = true,
                  .may_drop = true,
                  .control = access::anyone},
    };

    explicit udp(setup& cell) : fd_datagram(cell) {
        unique_fd socket = connect_udp_pair(cell);
        const timeval timeout{.tv_sec = 0, .tv_usec = suseconds_t{loss_timeout_ms} * 1000};
        checked(::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout),
                "setsockopt SO_RCVTIMEO");
        cell.notes["receive_buffer_bytes"] =
            raise_socket_buffer(socket.get(), SO_RCVBUF, cell.queued_bytes());
        use(std::move(socket));
    }
};

void register_udp(registry& all) {
    all.add<udp>();
}

}  // namespace ipcmark::transports
