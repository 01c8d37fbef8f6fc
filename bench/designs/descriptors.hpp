#pragma once

#include <array>
#include <memory>
#include <string>

#include "bench/designs/channels.hpp"

/// Pipes, sockets, and the queues of the kernel.
namespace bare {

/// How a process waits before it reads.
enum class waits { in_read, in_poll, in_epoll };

/// What one end reads from and writes to; they may be the same.
struct descriptors {
    int read = -1;
    int write = -1;
};
using descriptor_ends = std::array<descriptors, 2>;

descriptor_ends open_pipes(std::size_t payload_bytes);
descriptor_ends open_fifos(std::size_t payload_bytes);
descriptor_ends open_socketpair(int type, std::size_t payload_bytes);
descriptor_ends open_unix_sockets(int type, bool abstract, std::size_t payload_bytes);
descriptor_ends open_tcp_sockets(int family, bool at_once, std::size_t payload_bytes);

channel_ends over_descriptors(const descriptor_ends& ends, waits how, std::size_t payload_bytes);
channel_ends over_posix_queues(std::size_t payload_bytes);
channel_ends over_sysv_queues(std::size_t payload_bytes);

}  // namespace bare
