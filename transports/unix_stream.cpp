#include <sys/socket.h>

#include "harness/endpoints/fd_stream.hpp"
#include "harness/posix/socket.hpp"
#include "harness/registry.hpp"

namespace ipcmark::transports {

/// A connected Unix stream socket, found by path. Blocking; unix(7).
struct unix_stream : fd_stream {
    static constexpr transport_info info{
        .name = "unix_stream",
        .summary = "Unix stream socket, found by path",
        .family = "unix sockets",
        .reference = "unix(7)",
        .facts = {.duplex = true,
                  .unrelated_processes = true,
                  .survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::file_mode},
    };

    explicit unix_stream(setup& cell) : fd_stream(cell) {
        unique_fd socket = connect_unix_pair(cell, SOCK_STREAM);
        cell.notes["send_buffer_bytes"] =
            raise_socket_buffer(socket.get(), SO_SNDBUF, cell.queued_bytes());
        use(std::move(socket));
    }
};

void register_unix_stream(registry& all) {
    all.add<unix_stream>();
}

}  // namespace ipcmark::transports
