#include "harness/endpoints/fd_stream.hpp"
#include "harness/endpoints/pipe_buffer.hpp"
#include "harness/endpoints/wait_variants.hpp"

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
    static constexpr const transport_info& info = waiting_card<plain_pipe, Readiness>::info;

    explicit pipe(setup& cell) : basic_fd_stream<Readiness>(cell) {
        if (cell.producer()) {
            auto forward = make_pipe(cell);
            cell.peer.give(forward.reader.get());
            pipe_ends backward;
            if (cell.both_ways()) {
                backward = make_pipe(cell);
                cell.peer.give(backward.writer.get());
            }
            this->use(std::move(backward.reader), std::move(forward.writer));
        } else {
            auto reader = cell.peer.take();
            this->use(std::move(reader), cell.both_ways() ? cell.peer.take() : unique_fd());
        }
    }
};

void register_pipe(registry& all) {
    add_each_wait<pipe>(all);
}

}  // namespace ipcmark::transports
