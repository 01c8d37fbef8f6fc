#include "harness/endpoints/socket_pairs.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/uring_stream.hpp"

namespace ipcmark::transports {

/// TCP over the IPv4 loopback with TCP_NODELAY, worked through an io_uring on each side. Blocking;
/// two copies; io_uring(7), tcp(7).
struct uring_tcp : uring_stream<uring_socket_io> {
    static constexpr transport_info info{
        .name = "uring_tcp",
        .summary = "TCP over the IPv4 loopback through io_uring, TCP_NODELAY",
        .family = "io_uring",
        .reference = "io_uring(7)",
        .facts = tcp_facts,
    };

    explicit uring_tcp(setup& cell) : uring_stream(cell) {
        unique_fd socket = connect_tcp_pair(cell);
        send_at_once(socket.get());
        use(std::move(socket));
    }
};

void register_uring_tcp(registry& all) {
    all.add<uring_tcp>();
}

}  // namespace ipcmark::transports
