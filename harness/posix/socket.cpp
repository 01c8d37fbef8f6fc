#include "harness/posix/socket.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/posix/error.hpp"

namespace ipcmark {

namespace {

unique_fd open_socket(int domain, int type, int protocol = 0) {
    return unique_fd(checked(::socket(domain, type | SOCK_CLOEXEC, protocol), "socket"));
}

sockaddr_un unix_address(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path)
        throw limit_exceeded("the socket path " + path.string() +
                             " is longer than the 107 bytes of sun_path; set TMPDIR to a shorter "
                             "folder");
    std::memcpy(address.sun_path, path.c_str(), path.native().size() + 1);
    return address;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

template <class Address>
const sockaddr* generic(const Address& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

void bind_to(int fd, const sockaddr_in& address) {
    checked(::bind(fd, generic(address), sizeof address), "bind to 127.0.0.1");
}

std::uint16_t bound_port(int fd) {
    sockaddr_in address{};
    socklen_t bytes = sizeof address;
    checked(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &bytes), "getsockname");
    return ntohs(address.sin_port);
}

unique_fd accept_one(int listener) {
    return unique_fd(checked(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC), "accept4"));
}

}  // namespace

unique_fd connect_unix_pair(setup& cell, int type) {
    const auto path = cell.directory / "socket";
    const sockaddr_un address = unix_address(path);
    unique_fd socket = open_socket(AF_UNIX, type);
    if (cell.producer()) {
        cell.peer.meet();
        checked(::connect(socket.get(), generic(address), sizeof address), "connect");
        cell.peer.meet();
        return socket;
    }
    // On Linux the name takes its mode from the socket; the umask is the user's affair.
    checked(::fchmod(socket.get(), 0600), "fchmod");
    checked(::bind(socket.get(), generic(address), sizeof address), "bind");
    checked(::listen(socket.get(), 1), "listen");
    cell.peer.meet();
    unique_fd connection = accept_one(socket.get());
    cell.peer.meet();
    ::unlink(path.c_str());
    return connection;
}

unique_fd connect_tcp_pair(setup& cell) {
    unique_fd socket = open_socket(AF_INET, SOCK_STREAM);
    if (cell.producer()) {
        const auto port = static_cast<std::uint16_t>(std::stoi(cell.peer.hear()));
        const sockaddr_in address = loopback(port);
        checked(::connect(socket.get(), generic(address), sizeof address), "connect to 127.0.0.1");
        return socket;
    }
    bind_to(socket.get(), loopback(0));
    checked(::listen(socket.get(), 1), "listen");
    cell.peer.tell(std::to_string(bound_port(socket.get())));
    return accept_one(socket.get());
}

unique_fd connect_udp_pair(setup& cell) {
    unique_fd socket = open_socket(AF_INET, SOCK_DGRAM);
    bind_to(socket.get(), loopback(0));
    cell.peer.tell(std::to_string(bound_port(socket.get())));
    const sockaddr_in peer = loopback(static_cast<std::uint16_t>(std::stoi(cell.peer.hear())));
    checked(::connect(socket.get(), generic(peer), sizeof peer), "connect to 127.0.0.1");
    cell.peer.meet();
    return socket;
}

std::int64_t raise_socket_buffer(int fd, int option, std::size_t bytes) {
    int granted = 0;
    socklen_t size = sizeof granted;
    checked(::getsockopt(fd, SOL_SOCKET, option, &granted, &size), "getsockopt");
    // The kernel doubles what is asked, for its own bookkeeping, after capping it at [rw]mem_max.
    if (static_cast<std::size_t>(granted) < 2 * bytes) {
        const int asked = static_cast<int>(std::min<std::size_t>(bytes, 1u << 30));
        checked(::setsockopt(fd, SOL_SOCKET, option, &asked, sizeof asked), "setsockopt");
        checked(::getsockopt(fd, SOL_SOCKET, option, &granted, &size), "getsockopt");
    }
    return granted;
}

}  // namespace ipcmark
