#include <netinet/in.h>
#include <netinet/tcp.h>

#include "harness/endpoints/uring_stream.hpp"
#include "harness/posix/error.hpp"
#include "harness/posix/socket.hpp"
#include "harness/registry.hpp"

namespace ipcmark::transports {

/// TCP over the IPv4 loopback with TCP_NODELAY, worked through an io_uring on each side. Blocking;
/// two copies; io_uring(7), tcp(7).
struct uring_tcp : uring_stream<uring_socket_io> {
    static constexpr transport_info info{
        .name = "uring_tcp",
        .summary = "TCP over the IPv4 loopback through io_uring, TCP_NODELAY",
        .family = "io_uring",
        .reference = "io_uring(7)",
        .facts = {.duplex = true,
                  .unrelated_processes = true,
                  .cross_host = true,
                  .survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::anyone},
    };

    explicit uring_tcp(setup& cell) : uring_stream(cell) {
        unique_fd socket = connect_tcp_pair(cell);
        const int on = 1;
        checked(::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on),
                "setsockopt TCP_NODELAY");
        use(std::move(socket));
    }
};

void register_uring_tcp(registry& all) {
    all.add<uring_tcp>();
}

}  // namespace ipcmark::transports
