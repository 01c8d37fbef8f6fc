#pragma once

#include <array>
#include <utility>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/base/posix/unique_fd.hpp"
#include "harness/contract/transport.hpp"
#include "transports/parts/uring.hpp"

namespace ipcmark {

/// How a stream's descriptor is written and read through a ring.

/// Sockets: the kernel goes on until the whole span has passed (MSG_WAITALL).
struct uring_socket_io {
    static void write(io_uring_sqe* entry, int slot, readable bytes) {
        ::io_uring_prep_send(entry, slot, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_WAITALL);
    }
    static void read(io_uring_sqe* entry, int slot, writable bytes) {
        ::io_uring_prep_recv(entry, slot, bytes.data(), bytes.size(), MSG_WAITALL);
    }
};

/// Pipes: each request moves what fits.
struct uring_file_io {
    static constexpr std::uint64_t no_offset = ~std::uint64_t{0};
    static void write(io_uring_sqe* entry, int slot, readable bytes) {
        ::io_uring_prep_write(entry, slot, bytes.data(), static_cast<unsigned>(bytes.size()),
                              no_offset);
    }
    static void read(io_uring_sqe* entry, int slot, writable bytes) {
        ::io_uring_prep_read(entry, slot, bytes.data(), static_cast<unsigned>(bytes.size()),
                             no_offset);
    }
};

/// send and recv over byte-stream descriptors through an io_uring of one's own: one request at a
/// time, on registered descriptors, waiting for its completion. Two copies, as without the ring.
/// recv is false at end of file; send throws when the reader has gone. A killed process's
/// registered descriptors are closed by deferred work of the kernel, so its peer notices tens of
/// milliseconds later than without a ring.
template <class Io, uring_submission Submission = uring_submission::by_call>
class uring_stream {
public:
    static std::optional<std::string> unavailable() { return uring::unavailable(Submission); }

    template <class Fill>
    void send(Fill fill) {
        writable bytes{outgoing_.data(), payload_bytes_};
        fill(bytes);
        while (!bytes.empty()) {
            io_uring_sqe* const entry = ring_.next();
            Io::write(entry, write_slot_, bytes);
            bytes = bytes.subspan(transfer(entry, "io_uring write"));
        }
    }

    template <class Consume>
    bool recv(Consume consume) {
        const writable bytes{incoming_.data(), payload_bytes_};
        writable rest = bytes;
        while (!rest.empty()) {
            io_uring_sqe* const entry = ring_.next();
            Io::read(entry, read_slot, rest);
            const std::size_t got = transfer(entry, "io_uring read");
            if (got == 0) [[unlikely]] {
                if (rest.size() == payload_bytes_) return false;
                throw peer_gone("the stream ended inside a message");
            }
            rest = rest.subspan(got);
        }
        consume(readable(bytes));
        return true;
    }

protected:
    explicit uring_stream(const setup& cell)
        : payload_bytes_(cell.payload_bytes),
          outgoing_(mapping::anonymous(cell.payload_bytes)),
          incoming_(mapping::anonymous(cell.payload_bytes)),
          ring_(submissions, 0, Submission) {}

    /// One descriptor for both directions.
    void use(unique_fd duplex) {
        reader_ = std::move(duplex);
        register_descriptors({reader_.get(), -1});
    }
    /// One per direction; either may be empty when the pattern does not need it.
    void use(unique_fd reader, unique_fd writer) {
        reader_ = std::move(reader);
        writer_ = std::move(writer);
        write_slot_ = 1;
        register_descriptors({reader_.get(), writer_.get()});
    }

private:
    static constexpr unsigned submissions = 4;
    static constexpr int read_slot = 0;

    void register_descriptors(std::array<int, 2> slots) {
        const int error = ::io_uring_register_files(ring_.get(), slots.data(), slots.size());
        if (error != 0) throw call_failed(-error, "io_uring_register_files");
    }

    /// Carries one request out. Returns the bytes moved; 0 also for one to be made again.
    std::size_t transfer(io_uring_sqe* entry, const char* operation) {
        entry->flags |= IOSQE_FIXED_FILE;
        int moved = 0;
        for (const io_uring_sqe again = *entry;;) {
            moved = ring_.complete().result;
            if (moved >= 0) [[likely]]
                return static_cast<std::size_t>(moved);
            if (moved != -EINTR && moved != -EAGAIN) throw call_failed(-moved, operation);
            *ring_.next() = again;
        }
    }

    std::size_t payload_bytes_;
    mapping outgoing_;
    mapping incoming_;
    unique_fd reader_;
    unique_fd writer_;
    int write_slot_ = read_slot;
    uring ring_;  // last, so that it is gone before the memory and the descriptors that it uses
};

}  // namespace ipcmark
