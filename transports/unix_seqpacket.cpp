#include <sys/socket.h>

#include "harness/endpoints/fd_datagram.hpp"
#include "harness/endpoints/limits.hpp"
#include "harness/endpoints/socket_pairs.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A connected Unix seqpacket socket, found by path: reliable, keeps boundaries. Blocking; unix(7).
struct unix_seqpacket : fd_datagram {
    static constexpr transport_info info{
        .name = "unix_seqpacket",
        .summary = "Unix seqpacket socket: reliable, keeps message boundaries",
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
                  .peer_death_detected = true,
                  .control = access::file_mode},
    };

    static std::optional<std::string> limit(const demand& asked) {
        return unix_message_limit(asked.payload_bytes);
    }

    explicit unix_seqpacket(setup& cell) : fd_datagram(cell) {
        unique_fd socket =
            joined(cell, [](setup& pair) { return connect_unix_pair(pair, SOCK_SEQPACKET); });
        cell.notes["send_buffer_bytes"] =
            raise_socket_buffer(socket.get(), SO_SNDBUF, cell.queued_bytes());
        use(std::move(socket));
    }
};

void register_unix_seqpacket(registry& all) {
    all.add<unix_seqpacket>();
}

}  // namespace ipcmark::transports
