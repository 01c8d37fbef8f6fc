#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/base/posix/io.hpp"
#include "harness/base/posix/mapping.hpp"

namespace ipcmark {

/// Which of some buffers the kernel still reads from. MSG_ZEROCOPY numbers a socket's sends from 0,
/// modulo 2^32, and reports ranges of those it has done with, in any order.
class zerocopy_ledger {
public:
    /// At most `capacity` sends, rounded up to a power of two so that numbers wrap in step, are in
    /// flight. `first` is the number of the first one.
    zerocopy_ledger(std::size_t buffers, std::size_t capacity, std::uint32_t first = 0);

    /// The next number reads from this buffer. Only while has_room().
    void sent(std::size_t buffer) noexcept;
    /// Both ends included; numbers that are not in flight are passed over.
    void completed(std::uint32_t first, std::uint32_t last) noexcept;

    bool is_free(std::size_t buffer) const noexcept { return uses_[buffer] == 0; }
    bool has_room() const noexcept { return next_ - oldest_ < buffer_of_.size(); }
    bool idle() const noexcept { return next_ == oldest_; }

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    std::uint32_t& buffer_of(std::uint32_t number) noexcept {
        return buffer_of_[number % buffer_of_.size()];
    }

    std::vector<std::uint32_t> buffer_of_;  // by number, around; none: done with
    std::vector<std::uint32_t> uses_;       // sends in flight, by buffer
    std::uint32_t oldest_;                  // in flight, or equal to next_
    std::uint32_t next_;
};

/// The sending half of a TCP socket with MSG_ZEROCOPY: the kernel reads a message where it lies, so
/// a buffer is handed out again only when the report has come that the kernel has done with it.
/// See docs.kernel.org/networking/msg_zerocopy.html.
class zerocopy_sender {
public:
    zerocopy_sender(std::size_t message_bytes, std::size_t buffers);

    /// Turns SO_ZEROCOPY on. The descriptor stays the caller's.
    void use(int fd);

    /// The next buffer, once the kernel has let go of it. Blocks.
    writable free_buffer();
    /// Sends from the buffer that free_buffer gave: all of it, or its beginning. Blocks. Throws
    /// limit_exceeded when no page at all may be pinned.
    void send(readable bytes);

    /// Waits until the kernel has let go of everything.
    void settle();
    /// Whether the kernel said of the latest completion that it had copied after all.
    bool copied() const noexcept { return copied_; }

private:
    void await_completion();
    bool reap();
    void throw_if_broken(short events) const;
    void make_room();

    std::size_t message_bytes_;
    std::size_t stride_bytes_;
    std::size_t buffers_;
    mapping memory_;
    zerocopy_ledger ledger_;
    std::size_t current_ = 0;
    std::size_t most_per_call_;  // what may be pinned at once
    int fd_ = -1;
    bool copied_ = false;
};

}  // namespace ipcmark
