#pragma once

#include <concepts>
#include <utility>

#include "harness/base/posix/mapping.hpp"
#include "harness/base/posix/unique_fd.hpp"
#include "harness/contract/transport.hpp"
#include "harness/endpoints/readiness.hpp"

namespace ipcmark {

/// send and recv over byte-stream descriptors: pipes, FIFOs, stream sockets. The payload size is
/// fixed, so the stream needs no framing. Readiness says how it waits; two copies (user to kernel
/// to user). recv is false at end of file; send throws EPIPE when the reader has gone.
template <class Readiness>
class basic_fd_stream {
public:
    template <class Fill>
    void send(Fill fill) {
        const writable bytes{outgoing_.data(), payload_bytes_};
        fill(bytes);
        readiness_.write_exact(write_fd(), bytes);
    }

    template <class Consume>
    bool recv(Consume consume) {
        const writable bytes{incoming_.data(), payload_bytes_};
        if (!readiness_.read_exact(read_fd(), bytes)) return false;
        consume(readable(bytes));
        return true;
    }

    int wait_fd() const noexcept requires std::same_as<Readiness, blocking> { return read_fd(); }

protected:
    explicit basic_fd_stream(const setup& cell)
        : payload_bytes_(cell.payload_bytes),
          outgoing_(mapping::anonymous(cell.payload_bytes)),
          incoming_(mapping::anonymous(cell.payload_bytes)) {}

    /// One descriptor for both directions.
    void use(unique_fd duplex) {
        reader_ = std::move(duplex);
        readiness_.watch(read_fd(), write_fd());
    }
    /// One descriptor per direction; either may be empty when the pattern does not need it.
    void use(unique_fd reader, unique_fd writer) {
        reader_ = std::move(reader);
        writer_ = std::move(writer);
        split_ = true;
        readiness_.watch(read_fd(), write_fd());
    }
    int read_fd() const noexcept { return reader_.get(); }
    int write_fd() const noexcept { return split_ ? writer_.get() : reader_.get(); }

private:
    std::size_t payload_bytes_;
    mapping outgoing_;
    mapping incoming_;
    unique_fd reader_;
    unique_fd writer_;
    bool split_ = false;
    [[no_unique_address]] Readiness readiness_;
};

/// The calls themselves block.
using fd_stream = basic_fd_stream<blocking>;

}  // namespace ipcmark
