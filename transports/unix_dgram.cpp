#include "harness/endpoints/fd_datagram.hpp"
#include "harness/endpoints/limits.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// Two Unix datagram sockets, found by path, each bound and connected to the other. Reliable and
/// in order; send blocks while the send buffer is full. A receiver is not told that the sender has
/// gone. unix(7).
struct unix_dgram : fd_datagram {
    static constexpr transport_info info{
        .name = "unix_dgram",
        .summary = "Unix datagram sockets, found by path: reliable, keep message boundaries",
        .family = "unix sockets",
        .reference = "unix(7)",
        // The kernel keeps a message in one allocation, at most KMALLOC_MAX_SIZE.
        .payload = {.max_bytes = std::size_t{4} << 20},
        .facts = {.message_boundaries = true,
                  .duplex = true,
                  .unrelated_processes = true,
                  .fan_in = true,
                  .fan_out = sharing::competing,
                  .joinable = true,
                  .survives_producer_exit = true,
                  .control = access::file_mode},
    };

    static std::optional<std::string> limit(const demand& asked) {
        return unix_message_limit(asked.payload_bytes);
    }

    explicit unix_dgram(setup& cell) : fd_datagram(cell) {
        unique_fd socket = joined(cell, connect_unix_datagram_pair);
        cell.notes["send_buffer_bytes"] =
            raise_socket_buffer(socket.get(), SO_SNDBUF, cell.queued_bytes());
        use(std::move(socket));
    }
};

void register_unix_dgram(registry& all) {
    all.add<unix_dgram>();
}

}  // namespace ipcmark::transports
