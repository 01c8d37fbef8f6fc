#include "harness/endpoints/fd_stream.hpp"
#include "harness/endpoints/pipe_buffer.hpp"
#include "harness/registry.hpp"

namespace ipcmark::transports {

/// Anonymous pipes, one per direction, handed over as descriptors. Blocking; pipe(7).
struct pipe : fd_stream {
    static constexpr transport_info info{
        .name = "pipe",
        .summary = "anonymous pipe, one per direction",
        .family = "pipes",
        .reference = "pipe(7)",
        .facts = {.survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::descriptor},
    };

    explicit pipe(setup& cell) : fd_stream(cell) {
        if (cell.producer()) {
            auto forward = make_pipe(cell);
            cell.peer.give(forward.reader.get());
            pipe_ends backward;
            if (cell.both_ways()) {
                backward = make_pipe(cell);
                cell.peer.give(backward.writer.get());
            }
            use(std::move(backward.reader), std::move(forward.writer));
        } else {
            auto reader = cell.peer.take();
            use(std::move(reader), cell.both_ways() ? cell.peer.take() : unique_fd());
        }
    }
};

void register_pipe(registry& all) {
    all.add<pipe>();
}

}  // namespace ipcmark::transports
