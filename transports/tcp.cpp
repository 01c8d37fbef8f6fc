#include "harness/endpoints/fd_stream.hpp"
#include "harness/endpoints/socket_pairs.hpp"
#include "harness/endpoints/wait_variants.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

namespace {
constexpr transport_info plain_tcp{
    .name = "tcp",
    .summary = "TCP over the IPv4 loopback, TCP_NODELAY",
    .family = "network sockets",
    .reference = "tcp(7)",
    .facts = tcp_facts,
};
}  // namespace

/// TCP over the IPv4 loopback with TCP_NODELAY, in each way to wait; buffers left to the kernel's
/// tuning. tcp(7).
template <class Readiness>
struct tcp : basic_fd_stream<Readiness> {
    static constexpr const transport_info& info = waiting_description<plain_tcp, Readiness>::info;

    explicit tcp(setup& cell) : basic_fd_stream<Readiness>(cell) {
        unique_fd socket = connect_tcp_pair(cell);
        send_at_once(socket.get());
        this->use(std::move(socket));
    }
};

void register_tcp(registry& all) {
    add_each_wait<tcp>(all);
}

}  // namespace ipcmark::transports
