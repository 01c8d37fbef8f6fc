#include <cerrno>
#include <linux/netlink.h>

#include "harness/endpoints/fd_datagram.hpp"
#include "harness/endpoints/limits.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

namespace {

sockaddr_nl port_address(std::uint32_t port) {
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_pid = port;
    return address;
}

unique_fd bind_port() {
    unique_fd socket = open_socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK);
    const sockaddr_nl any = port_address(0);  // the kernel picks one
    checked(::bind(socket.get(), generic(any), sizeof any), "bind to a netlink port");
    return socket;
}

std::uint32_t netlink_port(int fd) {
    sockaddr_nl address{};
    socklen_t bytes = sizeof address;
    checked(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &bytes), "getsockname");
    return address.nl_pid;
}

void connect_port(int fd, std::uint32_t port) {
    const sockaddr_nl address = port_address(port);
    checked(::connect(fd, generic(address), sizeof address), "connect to a netlink port");
}

unique_fd connect_netlink_pair(setup& cell) {
    unique_fd socket = bind_port();
    cell.peer.tell(std::to_string(netlink_port(socket.get())));
    // Once connected, a socket takes messages from that port alone.
    connect_port(socket.get(), static_cast<std::uint32_t>(std::stoul(cell.peer.hear())));
    drop_queued(socket.get());
    cell.peer.meet();
    return socket;
}

}  // namespace

/// Netlink between two processes, unicast by port number in the protocol that is left to users
/// (NETLINK_USERSOCK). Unlike what the kernel sends itself, such a message is never dropped: send
/// blocks while the receive buffer is full. netlink(7).
struct netlink : fd_datagram {
    static constexpr transport_info info{
        .name = "netlink",
        .summary = "netlink unicast from user to user, by port number",
        .family = "network sockets",
        .reference = "netlink(7)",
        .facts = {.message_boundaries = true,
                  .duplex = true,
                  .unrelated_processes = true,
                  .fan_in = true,
                  .fan_out = sharing::competing,
                  .joinable = true,
                  .survives_producer_exit = true,
                  .control = access::anyone},
    };

    static std::optional<std::string> unavailable() try {
        const unique_fd from = bind_port();
        const unique_fd to = bind_port();
        connect_port(from.get(), netlink_port(to.get()));
        checked(::send(from.get(), "x", 1, MSG_DONTWAIT), "send to a netlink port");
        return std::nullopt;
    } catch (const call_failed& e) {
        return std::string(e.what()) +
               "; this kernel or sandbox has no netlink between processes (NETLINK_USERSOCK)";
    }

    static std::optional<std::string> limit(const demand& asked) {
        return unix_message_limit(asked.payload_bytes);  // netlink_sendmsg reckons alike
    }

    explicit netlink(setup& cell) : fd_datagram(cell) {
        unique_fd socket = joined(cell, connect_netlink_pair);
        // A message counts against its sender's buffer while it is copied, then the receiver's.
        cell.notes["send_buffer_bytes"] =
            raise_socket_buffer(socket.get(), SO_SNDBUF, cell.payload_bytes);
        cell.notes["receive_buffer_bytes"] =
            raise_socket_buffer(socket.get(), SO_RCVBUF, cell.queued_bytes());
        use(std::move(socket));
    }
};

void register_netlink(registry& all) {
    all.add<netlink>();
}

}  // namespace ipcmark::transports
