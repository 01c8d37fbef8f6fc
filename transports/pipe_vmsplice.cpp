#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/uio.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/io.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/endpoints/pipe_buffer.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// Anonymous pipes, one per direction, into which the sender gives its pages instead of copying
/// them (vmsplice with SPLICE_F_GIFT); the receiver's read is the one copy. Blocking; vmsplice(2).
///
/// The pipe refers to the sender's pages until they have been read, so they must not change before.
/// Nothing tells the sender when that is, but the pipe is a first-in first-out ring of `slots`
/// pages: once `slots` more pages have gone in, the earlier ones have come out, copied. So messages
/// take turns in enough buffers that `slots` pages lie between two uses of one.
class pipe_vmsplice {
public:
    static constexpr transport_info info{
        .name = "pipe_vmsplice",
        .summary = "anonymous pipe; the sender gives its pages (vmsplice), the receiver copies",
        .family = "pipes",
        .reference = "vmsplice(2)",
        .copies_per_message = 1,
        .facts = {.survives_producer_exit = true,
                  .peer_death_detected = true,
                  .control = access::descriptor},
    };

    static std::optional<std::string> unavailable() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return std::string("pipe2: ") + std::strerror(errno);
        const pipe_ends probe{unique_fd(ends[0]), unique_fd(ends[1])};
        const mapping page = mapping::anonymous(page_bytes());
        iovec part{page.data(), page.size()};
        if (::vmsplice(ends[1], &part, 1, SPLICE_F_GIFT) == static_cast<ssize_t>(page.size()))
            return std::nullopt;
        return std::string("vmsplice: ") + std::strerror(errno) +
               "; the kernel or a seccomp filter of this container refuses it";
    }

    explicit pipe_vmsplice(setup& cell)
        : payload_bytes_(cell.payload_bytes),
          stride_((cell.payload_bytes + page_bytes() - 1) / page_bytes() * page_bytes()),
          incoming_(mapping::anonymous(cell.payload_bytes)),
          ends_(connect_pipes(cell)) {
        if (!ends_.writer) return;
        raise_pipe_buffer(ends_.writer.get(), cell, cell.depth * stride_);
        const auto pipe_bytes = static_cast<std::size_t>(
            checked(::fcntl(ends_.writer.get(), F_GETPIPE_SZ), "fcntl F_GETPIPE_SZ"));
        buffers_ = (pipe_bytes + stride_ - 1) / stride_ + 1;
        pages_ = mapping::anonymous(buffers_ * stride_);
    }

    template <class Fill>
    void send(Fill fill) {
        if (!ends_.writer) [[unlikely]]
            throw std::logic_error("a one-way pipe has no way back");
        std::byte* const at = pages_.data() + turn_ * stride_;
        turn_ = turn_ + 1 == buffers_ ? 0 : turn_ + 1;
        fill(writable(at, payload_bytes_));
        iovec part{at, payload_bytes_};
        while (part.iov_len > 0) {
            const ssize_t given = ::vmsplice(ends_.writer.get(), &part, 1, SPLICE_F_GIFT);
            if (given < 0) [[unlikely]] {
                if (errno == EINTR) continue;
                throw_errno("vmsplice");
            }
            part.iov_base = static_cast<std::byte*>(part.iov_base) + given;
            part.iov_len -= static_cast<std::size_t>(given);
        }
    }

    template <class Consume>
    bool recv(Consume consume) {
        const writable bytes{incoming_.data(), payload_bytes_};
        if (!read_exact(ends_.reader.get(), bytes)) return false;
        consume(readable(bytes));
        return true;
    }

private:
    static std::size_t page_bytes() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

    std::size_t payload_bytes_;
    std::size_t stride_;
    mapping incoming_;
    pipe_ends ends_;
    std::size_t buffers_ = 0;
    std::size_t turn_ = 0;
    mapping pages_;
};

void register_pipe_vmsplice(registry& all) {
    all.add<pipe_vmsplice>();
}

}  // namespace ipcmark::transports
