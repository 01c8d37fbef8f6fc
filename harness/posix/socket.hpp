#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "harness/posix/unique_fd.hpp"
#include "harness/transport.hpp"

namespace ipcmark {

/// Connects a pair through a Unix socket in the spawn's private folder: the consumer listens, the
/// producer connects; the name is gone when this returns. `type` is SOCK_STREAM or SOCK_SEQPACKET.
/// Throws limit_exceeded when the path is longer than sun_path allows.
unique_fd connect_unix_pair(setup& cell, int type);

/// Connects a pair over TCP on the IPv4 loopback, on a port of the kernel's choice.
unique_fd connect_tcp_pair(setup& cell);

/// Two UDP sockets on the IPv4 loopback, each connected to the other.
unique_fd connect_udp_pair(setup& cell);

/// Raises SO_SNDBUF or SO_RCVBUF to hold `bytes` if it holds less, within net.core.[rw]mem_max.
/// Returns what was granted, as the kernel counts it (twice the bytes asked for).
std::int64_t raise_socket_buffer(int fd, int option, std::size_t bytes);

}  // namespace ipcmark
