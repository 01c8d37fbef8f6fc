#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/io.hpp"
#include "harness/base/posix/mapping.hpp"

/// How one message gets into a memory file that is its own, and out of it: write(fd, fill) into an
/// empty file, read(fd, consume) of one that nobody can change any more.
namespace ipcmark {

namespace detail {
inline mapping map_whole(int fd, std::size_t bytes, int protection, int sharing) {
    void* address = ::mmap(nullptr, bytes, protection, sharing | MAP_POPULATE, fd, 0);
    if (address == MAP_FAILED) throw_errno("mmap");
    return mapping::adopt(address, bytes);
}
}  // namespace detail

/// The payload is written and read where it lies in the file.
class payload_in_place {
public:
    explicit payload_in_place(std::size_t payload_bytes) : payload_bytes_(payload_bytes) {}

    template <class Fill>
    void write(int fd, Fill fill) const {
        checked(::ftruncate(fd, static_cast<off_t>(payload_bytes_)), "ftruncate");
        const mapping memory =
            detail::map_whole(fd, payload_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED);
        fill(writable(memory.data(), payload_bytes_));
    }

    template <class Consume>
    void read(int fd, Consume consume) const {
        struct stat state {};
        checked(::fstat(fd, &state), "fstat");
        const auto bytes = static_cast<std::size_t>(state.st_size);
        // Private, because a shared mapping of a file sealed against writing takes Linux 6.7.
        const mapping memory = detail::map_whole(fd, bytes, PROT_READ, MAP_PRIVATE);
        consume(readable(memory.data(), bytes));
    }

private:
    std::size_t payload_bytes_;
};

/// The payload is copied into the file and out of it: no mapping, no page faults.
class payload_copied {
public:
    explicit payload_copied(std::size_t payload_bytes)
        : payload_bytes_(payload_bytes),
          outgoing_(mapping::anonymous(payload_bytes)),
          incoming_(mapping::anonymous(payload_bytes + 1)) {}

    template <class Fill>
    void write(int fd, Fill fill) const {
        const writable bytes{outgoing_.data(), payload_bytes_};
        fill(bytes);
        write_exact(fd, bytes);
    }

    template <class Consume>
    void read(int fd, Consume consume) const {
        // One byte more than a message, so that a longer one shows; a memory file is never short.
        const ssize_t got = checked(::pread(fd, incoming_.data(), payload_bytes_ + 1, 0), "pread");
        consume(readable(incoming_.data(), static_cast<std::size_t>(got)));
    }

private:
    std::size_t payload_bytes_;
    mapping outgoing_;
    mapping incoming_;
};

}  // namespace ipcmark
