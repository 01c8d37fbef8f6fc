#include <netinet/in.h>
#include <netinet/tcp.h>

#include "harness/endpoints/fd_stream.hpp"
#include "harness/posix/error.hpp"
#include "harness/posix/socket.hpp"
#include "harness/registry.hpp"

namespace ipcmark::transports {

/// TCP over the IPv4 loopback with TCP_NODELAY; buffers left to the kernel's tuning. Blocking;
/// tcp(7).
struct tcp : fd_stream {
    static constexpr transport_info info{
        .name = "tcp",
        .summary = "TCP over the IPv4 loopback, TCP_NODELAY",
        .family = "network sockets",
        .reference = "tcp(7)",
        .facts = {.duplex = true,
                  .unrelated_processes = true,
                  .cross_host = true,
                  .survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::anyone},
    };

    explicit tcp(setup& cell) : fd_stream(cell) {
        unique_fd socket = connect_tcp_pair(cell);
        const int on = 1;
        checked(::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on),
                "setsockopt TCP_NODELAY");
        use(std::move(socket));
    }
};

void register_tcp(registry& all) {
    all.add<tcp>();
}

}  // namespace ipcmark::transports
