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
        pipe_ends ends = connect_pipes(cell);
        use(std::move(ends.reader), std::move(ends.writer));
    }
};

void register_pipe(registry& all) {
    all.add<pipe>();
}

}  // namespace ipcmark::transports
