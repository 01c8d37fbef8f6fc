#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/endpoints/pipe_buffer.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// Anonymous pipes in packet mode (O_DIRECT), one per direction: a read takes one packet, and each
/// packet takes a page of the pipe. Blocking; two copies; pipe(2).
class pipe_packet {
public:
    static constexpr transport_info info{
        .name = "pipe_packet",
        .summary = "anonymous pipe in packet mode (O_DIRECT), one per direction",
        .family = "pipes",
        .reference = "pipe(2)",
        // A longer write is split into packets of PIPE_BUF bytes.
        .payload = {.max_bytes = PIPE_BUF},
        .facts = {.message_boundaries = true,
                  .fan_in = true,
                  .fan_out = sharing::competing,
                  .joinable = true,
                  .survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::descriptor},
    };

    explicit pipe_packet(setup& cell)
        : payload_bytes_(cell.payload_bytes),
          outgoing_(mapping::anonymous(cell.payload_bytes)),
          incoming_(mapping::anonymous(cell.payload_bytes + 1)),
          ends_(connect_pipes(cell, O_DIRECT)) {
        const auto page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        if (ends_.writer) raise_pipe_buffer(ends_.writer.get(), cell, cell.depth * page_bytes);
    }

    template <class Fill>
    void send(Fill fill) {
        const writable bytes{outgoing_.data(), payload_bytes_};
        fill(bytes);
        // Up to PIPE_BUF bytes go whole or not at all, see pipe(7).
        while (::write(ends_.writer.get(), bytes.data(), bytes.size()) < 0) {
            if (errno != EINTR) throw_errno("write");
        }
    }

    template <class Consume>
    bool recv(Consume consume) {
        ssize_t got = 0;
        do {
            // One byte more than a packet, so that a longer one shows.
            got = ::read(ends_.reader.get(), incoming_.data(), payload_bytes_ + 1);
        } while (got < 0 && errno == EINTR);
        if (got < 0) [[unlikely]]
            throw_errno("read");
        if (got == 0) [[unlikely]]
            return false;
        consume(readable(incoming_.data(), static_cast<std::size_t>(got)));
        return true;
    }

    int wait_fd() const noexcept { return ends_.reader.get(); }

private:
    std::size_t payload_bytes_;
    mapping outgoing_;
    mapping incoming_;
    pipe_ends ends_;
};

void register_pipe_packet(registry& all) {
    all.add<pipe_packet>();
}

}  // namespace ipcmark::transports
