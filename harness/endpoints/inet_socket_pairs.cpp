#include <netinet/tcp.h>
#include <string>

#include "harness/base/posix/error.hpp"
#include "harness/endpoints/socket_pairs.hpp"

namespace ipcmark {

namespace {

/// A port on the loopback of either family.
union loopback_address {
    sockaddr_in v4;
    sockaddr_in6 v6;

    loopback_address(int family, std::uint16_t port) : v6{} {
        if (family == AF_INET6) {
            v6 = {.sin6_family = AF_INET6,
                  .sin6_port = htons(port),
                  .sin6_flowinfo = 0,
                  .sin6_addr = in6addr_loopback,
                  .sin6_scope_id = 0};
        } else {
            v4 = {.sin_family = AF_INET,
                  .sin_port = htons(port),
                  .sin_addr = {htonl(INADDR_LOOPBACK)},
                  .sin_zero = {}};
        }
    }
    socklen_t size() const { return v4.sin_family == AF_INET ? sizeof v4 : sizeof v6; }
};

void bind_to_any_port(int fd, int family) {
    const loopback_address address(family, 0);
    checked(::bind(fd, generic(address), address.size()), "bind to the loopback");
}

std::uint16_t bound_port(int fd) {
    loopback_address address(AF_INET, 0);
    socklen_t bytes = sizeof address;
    checked(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &bytes), "getsockname");
    return ntohs(address.v4.sin_port);  // at the same place in both families
}

void listen_at_any_port(int fd, int family) {
    bind_to_any_port(fd, family);
    checked(::listen(fd, 1), "listen");
}

void connect_to_port(int fd, int family, std::uint16_t port) {
    const loopback_address address(family, port);
    checked(::connect(fd, generic(address), address.size()), "connect to the loopback");
}

std::uint16_t hear_port(setup& cell) {
    return static_cast<std::uint16_t>(std::stoi(cell.peer.hear()));
}

}  // namespace

std::pair<unique_fd, unique_fd> make_tcp_ends() {
    const unique_fd listener = open_socket(AF_INET, SOCK_STREAM);
    listen_at_any_port(listener.get(), AF_INET);
    unique_fd ours = open_socket(AF_INET, SOCK_STREAM);
    connect_to_port(ours.get(), AF_INET, bound_port(listener.get()));
    return {std::move(ours), accept_one(listener.get())};
}

unique_fd connect_tcp_pair(setup& cell, int family, int protocol) {
    unique_fd socket = open_socket(family, SOCK_STREAM, protocol);
    if (cell.producer()) {
        connect_to_port(socket.get(), family, hear_port(cell));
        return socket;
    }
    listen_at_any_port(socket.get(), family);
    cell.peer.tell(std::to_string(bound_port(socket.get())));
    return accept_one(socket.get());
}

std::optional<std::string> no_loopback(int family, const std::string& remedy, int protocol) try {
    bind_to_any_port(open_socket(family, SOCK_STREAM, protocol).get(), family);
    return std::nullopt;
} catch (const call_failed& e) {
    return std::string(e.what()) + "; " + remedy;
}

void send_at_once(int fd) {
    const int on = 1;
    checked(::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt TCP_NODELAY");
}

bound_udp bind_udp_pair(setup& cell) {
    bound_udp made{open_socket(AF_INET, SOCK_DGRAM)};
    bind_to_any_port(made.socket.get(), AF_INET);
    cell.peer.tell(std::to_string(bound_port(made.socket.get())));
    made.peer = loopback_address(AF_INET, hear_port(cell)).v4;
    return made;
}

unique_fd connect_udp_pair(setup& cell) {
    bound_udp made = bind_udp_pair(cell);
    checked(::connect(made.socket.get(), generic(made.peer), sizeof made.peer),
            "connect to the loopback");
    drop_queued(made.socket.get());
    cell.peer.meet();
    return std::move(made.socket);
}

}  // namespace ipcmark
