#include "harness/endpoints/fd_stream.hpp"
#include "harness/endpoints/socket_pairs.hpp"
#include "harness/endpoints/wait_variants.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

namespace {
constexpr transport_info plain_unix_stream{
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
}  // namespace

/// A connected Unix stream socket, found by path, in each way to wait; unix(7).
template <class Readiness>
struct unix_stream : basic_fd_stream<Readiness> {
    static constexpr const transport_info& info =
        waiting_description<plain_unix_stream, Readiness>::info;

    explicit unix_stream(setup& cell) : basic_fd_stream<Readiness>(cell) {
        unique_fd socket = connect_unix_pair(cell, SOCK_STREAM);
        cell.notes["send_buffer_bytes"] =
            raise_socket_buffer(socket.get(), SO_SNDBUF, cell.queued_bytes());
        this->use(std::move(socket));
    }
};

void register_unix_stream(registry& all) {
    add_each_wait<unix_stream>(all);
}

}  // namespace ipcmark::transports
