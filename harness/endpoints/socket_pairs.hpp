#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <utility>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/contract/transport.hpp"

/// Pairs of sockets of one repetition, by family, and what they share.
namespace ipcmark {

/// A socket, close-on-exec.
unique_fd open_socket(int family, int type, int protocol = 0);
unique_fd accept_one(int listener);

/// Why such a socket cannot be had here, with the remedy; nullopt when it can.
std::optional<std::string> no_socket(int family, int type, int protocol, const std::string& remedy);
/// The remedy where that is a privilege.
inline constexpr const char* net_raw_remedy =
    "it takes CAP_NET_RAW: run as root or grant it to the program (setcap cap_net_raw+ep)";

/// An address of any family as the socket calls want it.
template <class Address>
const sockaddr* generic(const Address& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

/// Connects a pair through a Unix socket in the repetition's private folder: the consumer listens,
/// the producer connects; the name is gone when this returns. `type` is SOCK_STREAM or
/// SOCK_SEQPACKET. Throws limit_exceeded when the path is longer than sun_path allows.
unique_fd connect_unix_pair(setup& cell, int type);

/// The same through an abstract name, which has no file and no mode.
unique_fd connect_abstract_pair(setup& cell, int type);

/// Two Unix datagram sockets in the private folder, each bound and connected to the other.
unique_fd connect_unix_datagram_pair(setup& cell);

/// A connected pair without a name: the producer makes it and hands one end over.
unique_fd hand_over_socketpair(setup& cell, int type);

/// Connects a stream pair over the loopback of AF_INET or AF_INET6, on a port of the kernel's
/// choice.
unique_fd connect_tcp_pair(setup& cell, int family = AF_INET, int protocol = IPPROTO_TCP);

/// What is true of a TCP connection, for descriptions.
inline constexpr traits tcp_facts{.duplex = true,
                                  .unrelated_processes = true,
                                  .cross_host = true,
                                  .survives_producer_exit = true,
                                  .peer_death_detected = true,
                                  .control = access::anyone};

/// Both ends of a TCP connection over the IPv4 loopback, for a look at what it can do.
std::pair<unique_fd, unique_fd> make_tcp_ends();

/// Why a stream socket of this family and protocol cannot be bound to the loopback here, with the
/// remedy; nullopt when it can.
std::optional<std::string> no_loopback(int family, const std::string& remedy,
                                       int protocol = IPPROTO_TCP);

/// TCP_NODELAY: a short segment does not wait for the acknowledgement of what went before.
void send_at_once(int fd);

/// A UDP socket on the IPv4 loopback, bound, and where the peer's is.
struct bound_udp {
    unique_fd socket;
    sockaddr_in peer = {};
};
bound_udp bind_udp_pair(setup& cell);

/// Two UDP sockets on the IPv4 loopback, each connected to the other.
unique_fd connect_udp_pair(setup& cell);

/// Throws away what others had sent to a socket before it was connected.
void drop_queued(int fd);

/// After `milliseconds` without a message a receive gives up with EAGAIN.
void set_receive_timeout(int fd, int milliseconds);

/// Raises SO_SNDBUF or SO_RCVBUF to hold `bytes` if it holds less, within net.core.[rw]mem_max.
/// Returns what was granted, as the kernel counts it (twice the bytes asked for).
std::int64_t raise_socket_buffer(int fd, int option, std::size_t bytes);

}  // namespace ipcmark
