#include "harness/endpoints/fd_stream.hpp"
#include "harness/endpoints/pipe_buffer.hpp"
#include "harness/endpoints/wait_variants.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

namespace {
constexpr transport_info plain_pipe{
    .name = "pipe",
    .summary = "anonymous pipe, one per direction",
    .family = "pipes",
    .reference = "pipe(7)",
    .facts = {.survives_producer_exit = true,
              .peer_death_detected = true,
              .control = access::descriptor},
};
}  // namespace

/// Anonymous pipes, one per direction, handed over as descriptors, in each way to wait; pipe(7).
template <class Readiness>
struct pipe : basic_fd_stream<Readiness> {
    static constexpr const transport_info& info = waiting_description<plain_pipe, Readiness>::info;

    explicit pipe(setup& cell) : basic_fd_stream<Readiness>(cell) {
        pipe_ends ends = connect_pipes(cell);
        this->use(std::move(ends.reader), std::move(ends.writer));
    }
};

void register_pipe(registry& all) {
    add_each_wait<pipe>(all);
}

}  // namespace ipcmark::transports
