#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>

#include "harness/base/posix/mapping.hpp"
#include "harness/contract/transport.hpp"
#include "harness/endpoints/channel_pair.hpp"
#include "harness/endpoints/waits.hpp"

namespace ipcmark {

/// One direction of a byte stream in shared memory: a pipe in user space. Bytes wrap around the end
/// of the buffer, messages have no boundaries, and one longer than the buffer passes through it in
/// parts. Both sides spin; two copies, in and out.
///
/// `written` and `read` count bytes since the beginning; each side keeps the other's count as last
/// seen and looks again only when that does not suffice (Rigtorp's SPSCQueue).
class byte_ring {
public:
    static constexpr bool keeps_boundaries = false;

    static std::size_t bytes_for(const setup& cell) {
        constexpr std::size_t least_bytes = 4096;
        return sizeof(control) + std::bit_ceil(std::max(cell.queued_bytes(), least_bytes));
    }

    byte_ring(std::span<std::byte> memory, setup& cell, channel_end end)
        : control_(end.fresh ? new (memory.data()) control{}
                             : std::launder(reinterpret_cast<control*>(memory.data()))),
          bytes_(memory.subspan(sizeof(control))),
          message_(mapping::anonymous(cell.payload_bytes)) {
        cell.notes["stream_buffer_bytes"] = static_cast<std::int64_t>(bytes_.size());
    }

    template <class Fill>
    void send(Fill fill) {
        fill(writable(message_.data(), message_.size()));
        for (std::size_t done = 0; done < message_.size();)
            done += write_some({message_.data() + done, message_.size() - done});
    }

    template <class Consume>
    bool recv(Consume consume) {
        for (std::size_t done = 0; done < message_.size();)
            done += read_some({message_.data() + done, message_.size() - done});
        consume(readable(message_.data(), message_.size()));
        return true;
    }

private:
    struct control {
        alignas(128) std::atomic<std::uint64_t> written{0};  // the writer's
        alignas(128) std::atomic<std::uint64_t> read{0};     // the reader's
    };

    /// As much as there is room for, at least one byte.
    std::size_t write_some(readable from) {
        while (position_ - others_ == bytes_.size()) {
            others_ = control_->read.load(std::memory_order_acquire);
            if (position_ - others_ == bytes_.size()) pause_cpu();
        }
        const std::size_t room = bytes_.size() - static_cast<std::size_t>(position_ - others_);
        const std::size_t count = std::min(from.size(), room);
        const std::size_t before_wrap = std::min(count, bytes_.size() - offset());
        std::memcpy(bytes_.data() + offset(), from.data(), before_wrap);
        std::memcpy(bytes_.data(), from.data() + before_wrap, count - before_wrap);
        position_ += count;
        control_->written.store(position_, std::memory_order_release);
        return count;
    }

    /// As much as has been written, at least one byte.
    std::size_t read_some(writable to) {
        while (others_ == position_) {
            others_ = control_->written.load(std::memory_order_acquire);
            if (others_ == position_) pause_cpu();
        }
        const std::size_t count =
            std::min<std::size_t>(to.size(), static_cast<std::size_t>(others_ - position_));
        const std::size_t before_wrap = std::min(count, bytes_.size() - offset());
        std::memcpy(to.data(), bytes_.data() + offset(), before_wrap);
        std::memcpy(to.data() + before_wrap, bytes_.data(), count - before_wrap);
        position_ += count;
        control_->read.store(position_, std::memory_order_release);
        return count;
    }

    std::size_t offset() const noexcept {
        return static_cast<std::size_t>(position_) & (bytes_.size() - 1);
    }

    control* control_;
    std::span<std::byte> bytes_;
    mapping message_;
    std::uint64_t position_ = 0;  // of the next byte to write or to read
    std::uint64_t others_ = 0;    // the other side's position as last seen
};

}  // namespace ipcmark
