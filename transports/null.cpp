#include "harness/base/posix/mapping.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// No mechanism at all: one process fills and consumes its own buffer. What it costs is the
/// instrument's own cost: payload bytes, clock stamp, histogram.
struct null {
    static constexpr transport_info info{
        .name = "null",
        .summary = "no mechanism: the instrument's own cost per message",
        .family = "instrument",
        .reference = "transports/README.md",
        .copies_per_message = 0,
        .wait = wait_style::spins,
        .facts = {.message_boundaries = true, .control = access::descriptor},
        .loops_back = true,
    };

    explicit null(setup& cell)
        : buffer_(mapping::anonymous(cell.payload_bytes)),
          bytes_{buffer_.data(), cell.payload_bytes} {}

    template <class Fill>
    void send(Fill fill) {
        fill(bytes_);
    }

    template <class Consume>
    bool recv(Consume consume) {
        asm volatile("" ::: "memory");  // the bytes are read back, not forwarded in registers
        consume(readable(bytes_));
        return true;
    }

private:
    mapping buffer_;
    writable bytes_;
};

void register_null(registry& all) {
    all.add<null>();
}

}  // namespace ipcmark::transports
