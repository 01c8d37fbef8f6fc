#include "harness/endpoints/fd_stream.hpp"
#include "harness/endpoints/socket_pairs.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// A connected pair of Unix stream sockets that never had a name, handed over as a descriptor.
/// Blocking; socketpair(2).
struct socketpair_stream : fd_stream {
    static constexpr transport_info info{
        .name = "socketpair_stream",
        .summary = "pair of Unix stream sockets, handed over as a descriptor",
        .family = "unix sockets",
        .reference = "socketpair(2)",
        .facts = {.duplex = true,
                  .survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::descriptor},
    };

    explicit socketpair_stream(setup& cell) : fd_stream(cell) {
        unique_fd socket = hand_over_socketpair(cell, SOCK_STREAM);
        cell.notes["send_buffer_bytes"] =
            raise_socket_buffer(socket.get(), SO_SNDBUF, cell.queued_bytes());
        use(std::move(socket));
    }
};

void register_socketpair_stream(registry& all) {
    all.add<socketpair_stream>();
}

}  // namespace ipcmark::transports
