#include <sys/socket.h>

#include "harness/endpoints/socket_pairs.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/uring_stream.hpp"

namespace ipcmark::transports {

/// A connected Unix stream socket, found by path, worked through an io_uring on each side.
/// Blocking; two copies; io_uring(7), unix(7).
template <uring_submission Submission, const transport_info& Info>
struct uring_unix : uring_stream<uring_socket_io, Submission> {
    static constexpr const transport_info& info = Info;

    explicit uring_unix(setup& cell) : uring_stream<uring_socket_io, Submission>(cell) {
        unique_fd socket = connect_unix_pair(cell, SOCK_STREAM);
        cell.notes["send_buffer_bytes"] =
            raise_socket_buffer(socket.get(), SO_SNDBUF, cell.queued_bytes());
        this->use(std::move(socket));
    }
};

namespace {

constexpr transport_info uring_info(std::string_view name, std::string_view summary) {
    return {.name = name,
            .summary = summary,
            .family = "io_uring",
            .reference = "io_uring(7)",
            .facts = {.duplex = true,
                      .unrelated_processes = true,
                      .survives_producer_exit = true,
                      .peer_death_detected = true,
                      .control = access::file_mode}};
}

constexpr transport_info by_call =
    uring_info("uring_unix", "Unix stream socket through io_uring, one request at a time");
constexpr transport_info by_thread = uring_info(
    "uring_unix_sqpoll",
    "Unix stream socket through io_uring; on each side a kernel thread polls for submissions "
    "and burns CPU besides the pair");

}  // namespace

void register_uring_unix(registry& all) {
    all.add<uring_unix<uring_submission::by_call, by_call>>();
    all.add<uring_unix<uring_submission::by_kernel_thread, by_thread>>();
}

}  // namespace ipcmark::transports
