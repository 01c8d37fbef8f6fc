#include "harness/endpoints/fd_stream.hpp"
#include "harness/endpoints/socket_pairs.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A connected Unix stream socket, found by an abstract name: no file, so no mode either; until
/// the pair has met, whoever is in the same network namespace can connect. Blocking; unix(7).
struct unix_abstract : fd_stream {
    static constexpr transport_info info{
        .name = "unix_abstract",
        .summary = "Unix stream socket, found by an abstract name",
        .family = "unix sockets",
        .reference = "unix(7)",
        .facts = {.duplex = true,
                  .unrelated_processes = true,
                  .survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::anyone},
    };

    explicit unix_abstract(setup& cell) : fd_stream(cell) {
        unique_fd socket = connect_abstract_pair(cell, SOCK_STREAM);
        cell.notes["send_buffer_bytes"] =
            raise_socket_buffer(socket.get(), SO_SNDBUF, cell.queued_bytes());
        use(std::move(socket));
    }
};

void register_unix_abstract(registry& all) {
    all.add<unix_abstract>();
}

}  // namespace ipcmark::transports
