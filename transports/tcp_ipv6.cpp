#include "harness/endpoints/fd_stream.hpp"
#include "harness/endpoints/socket_pairs.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// TCP over the IPv6 loopback with TCP_NODELAY. Blocking; ipv6(7), tcp(7).
struct tcp_ipv6 : fd_stream {
    static constexpr transport_info info{
        .name = "tcp_ipv6",
        .summary = "TCP over the IPv6 loopback, TCP_NODELAY",
        .family = "network sockets",
        .reference = "ipv6(7)",
        .facts = tcp_facts,
    };

    static std::optional<std::string> unavailable() {
        return no_loopback(AF_INET6,
                           "the kernel has no IPv6 or the loopback has no ::1; enable it "
                           "(sysctl -w net.ipv6.conf.lo.disable_ipv6=0)");
    }

    explicit tcp_ipv6(setup& cell) : fd_stream(cell) {
        unique_fd socket = connect_tcp_pair(cell, AF_INET6);
        send_at_once(socket.get());
        use(std::move(socket));
    }
};

void register_tcp_ipv6(registry& all) {
    all.add<tcp_ipv6>();
}

}  // namespace ipcmark::transports
