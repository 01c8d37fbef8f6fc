#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <new>
#include <stdexcept>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/contract/transport.hpp"
#include "harness/endpoints/waits.hpp"

namespace ipcmark {

/// One direction of a single-producer single-consumer ring of fixed-size slots in shared memory.
///
/// Each slot carries a stamp, the number of the message in it plus one, so a reader polls the very
/// cache line that small messages arrive in: one line moves per message, as in FastForward
/// (Giacomoni, Moseley, Vachharajani, PPoPP 2008). The writer learns from the reader's index,
/// cached, whether a slot is free again (Rigtorp's SPSCQueue), and the reader publishes that index
/// only every eighth of the ring and before it waits.
template <class Wait>
class shm_ring {
public:
    static std::size_t slots_for(std::size_t depth) {
        return std::bit_ceil(std::max<std::size_t>(depth, 1));
    }
    static std::size_t bytes_for(std::size_t payload_bytes, std::size_t depth) {
        return sizeof(control) + slots_for(depth) * stride_for(payload_bytes);
    }

    /// Makes the ring at `memory` (zeroed, bytes_for() bytes) or, not `fresh`, opens the one made
    /// there. Throws std::runtime_error when the two sides disagree about the geometry.
    shm_ring(std::byte* memory, std::size_t payload_bytes, std::size_t depth, bool fresh,
             Wait& wait)
        : wait_(wait),
          control_(fresh ? new (memory) control{}
                         : std::launder(reinterpret_cast<control*>(memory))),
          slots_(memory + sizeof(control)),
          payload_bytes_(payload_bytes),
          stride_(stride_for(payload_bytes)),
          payload_offset_(payload_offset_for(payload_bytes)),
          mask_(slots_for(depth) - 1),
          publish_mask_(std::max<std::size_t>(slots_for(depth) / 8, 1) - 1) {
        if (fresh) {
            control_->payload_bytes = payload_bytes;
            control_->slots = mask_ + 1;
        } else if (control_->payload_bytes != payload_bytes || control_->slots != mask_ + 1) {
            throw std::runtime_error("the two sides of the ring disagree about its geometry");
        }
    }

    template <class Fill>
    void send(Fill fill) {
        if (next_ - freed_ > mask_ && !await_free_slot()) [[unlikely]]
            throw peer_gone("the reader of the ring has gone");
        std::byte* slot = slots_ + (next_ & mask_) * stride_;
        fill(writable(slot + payload_offset_, payload_bytes_));
        ++next_;
        stamp_of(slot).store(next_, std::memory_order_release);
        wait_.notify(awaited::message);
    }

    template <class Consume>
    bool recv(Consume consume) {
        std::byte* slot = slots_ + (next_ & mask_) * stride_;
        if (stamp_of(slot).load(std::memory_order_acquire) != next_ + 1 && !await_message(slot))
            [[unlikely]]
            return false;
        consume(readable(slot + payload_offset_, payload_bytes_));
        ++next_;
        if ((next_ & publish_mask_) == 0) publish_freed();
        return true;
    }

    bool ready() const noexcept {
        const std::byte* slot = slots_ + (next_ & mask_) * stride_;
        return stamp_of(slot).load(std::memory_order_acquire) == next_ + 1;
    }

private:
    using stamp = std::atomic<std::uint64_t>;
    static constexpr std::size_t line = 64;

    struct control {
        std::uint64_t payload_bytes = 0;
        std::uint64_t slots = 0;
        alignas(2 * line) std::atomic<std::uint64_t> freed{
            0};  // the reader's; the writer reads it when full
        alignas(2 * line) std::byte end[line];
    };

    /// Up to 56 bytes share the stamp's cache line; longer ones start on a line of their own.
    static std::size_t payload_offset_for(std::size_t payload_bytes) {
        return payload_bytes <= line - sizeof(stamp) ? sizeof(stamp) : line;
    }
    static std::size_t stride_for(std::size_t payload_bytes) {
        return (payload_offset_for(payload_bytes) + payload_bytes + line - 1) / line * line;
    }
    static stamp& stamp_of(std::byte* slot) noexcept { return *reinterpret_cast<stamp*>(slot); }
    static const stamp& stamp_of(const std::byte* slot) noexcept {
        return *reinterpret_cast<const stamp*>(slot);
    }

    void publish_freed() {
        control_->freed.store(next_, std::memory_order_release);
        wait_.notify(awaited::space);
    }

    [[gnu::noinline]] bool await_free_slot() {
        return wait_.until(awaited::space, [this]() noexcept {
            freed_ = control_->freed.load(std::memory_order_acquire);
            return next_ - freed_ <= mask_;
        });
    }

    [[gnu::noinline]] bool await_message(std::byte* slot) {
        publish_freed();
        return wait_.until(awaited::message, [this, slot]() noexcept {
            return stamp_of(slot).load(std::memory_order_acquire) == next_ + 1;
        });
    }

    Wait& wait_;
    control* control_;
    std::byte* slots_;
    std::size_t payload_bytes_;
    std::size_t stride_;
    std::size_t payload_offset_;
    std::uint64_t mask_;
    std::uint64_t publish_mask_;
    std::uint64_t next_ = 0;   // writer: next to write; reader: next to read
    std::uint64_t freed_ = 0;  // writer: the reader's index as last seen
};

}  // namespace ipcmark
