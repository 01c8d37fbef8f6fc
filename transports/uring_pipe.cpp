#include "harness/endpoints/pipe_buffer.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/uring_stream.hpp"

namespace ipcmark::transports {

/// Anonymous pipes, one per direction, worked through an io_uring on each side. Blocking; two
/// copies; io_uring(7), pipe(7).
struct uring_pipe : uring_stream<uring_file_io> {
    static constexpr transport_info info{
        .name = "uring_pipe",
        .summary = "anonymous pipe, one per direction, through io_uring",
        .family = "io_uring",
        .reference = "io_uring(7)",
        .facts = {.survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::descriptor},
    };

    explicit uring_pipe(setup& cell) : uring_stream(cell) {
        pipe_ends ends = connect_pipes(cell);
        use(std::move(ends.reader), std::move(ends.writer));
    }
};

void register_uring_pipe(registry& all) {
    all.add<uring_pipe>();
}

}  // namespace ipcmark::transports
