#include "harness/endpoints/fd_stream.hpp"
#include "harness/endpoints/socket_pairs.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// TCP over the IPv4 loopback as a socket comes: Nagle's algorithm (RFC 896) holds a short segment
/// back while an earlier one is not acknowledged. Blocking; tcp(7).
struct tcp_nagle : fd_stream {
    static constexpr transport_info info{
        .name = "tcp_nagle",
        .summary = "TCP over the IPv4 loopback, Nagle's algorithm on",
        .family = "network sockets",
        .reference = "tcp(7)",
        .facts = tcp_facts,
    };

    explicit tcp_nagle(setup& cell) : fd_stream(cell) { use(connect_tcp_pair(cell)); }
};

void register_tcp_nagle(registry& all) {
    all.add<tcp_nagle>();
}

}  // namespace ipcmark::transports
