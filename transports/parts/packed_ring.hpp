#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <new>
#include <span>

#include "harness/contract/transport.hpp"
#include "harness/endpoints/channel_pair.hpp"
#include "harness/endpoints/waits.hpp"

namespace ipcmark {

/// One direction of a single-producer single-consumer ring for streams of small messages. Both
/// sides spin; fill and consume run on the slots, which lie side by side without stamps, so that a
/// 64-byte message takes one cache line.
///
/// Each side keeps the other's count as last seen and reads it again only when that does not
/// suffice (Rigtorp's SPSCQueue); the reader publishes its own only every eighth of the ring and
/// before it waits. What then remains costly is a reader on the writer's heels: every look at
/// `written` takes that line from the writer, who needs it for the next message, so that both
/// advance at the pace of the line. A reader that finds itself there holds off for a moment before
/// it looks, and a batch forms (BatchQueue, Preud'homme, Sopena, Thomas and Folliot, SBAC-PAD
/// 2010). It does so only while batches do form: in an exchange of requests and replies a wait
/// brings one message, and holding off would be for nothing, so it is tried ever more seldom.
class packed_ring {
public:
    static constexpr bool keeps_boundaries = true;

    static std::size_t bytes_for(const setup& cell) {
        return (sizeof(control) + slots_for(cell) * stride_for(cell) + 127) / 128 * 128;
    }

    packed_ring(std::span<std::byte> memory, setup& cell, channel_end end)
        : control_(end.fresh ? *new (memory.data()) control
                             : *std::launder(reinterpret_cast<control*>(memory.data()))),
          slots_(memory.data() + sizeof(control)),
          payload_bytes_(cell.payload_bytes),
          stride_(stride_for(cell)),
          mask_(slots_for(cell) - 1),
          publish_mask_(std::max<std::size_t>(slots_for(cell) / 8, 1) - 1) {
        cell.notes["ring_slots"] = static_cast<std::int64_t>(slots_for(cell));
        cell.notes["hold_off_pauses"] = hold_off_pauses;
    }

    template <class Fill>
    void send(Fill fill) {
        if (next_ - others_ > mask_) [[unlikely]]
            await_free_slot();
        fill(slot());
        ++next_;
        control_.written.store(next_, std::memory_order_release);
    }

    template <class Consume>
    bool recv(Consume consume) {
        if (next_ == others_) await_message();
        consume(readable(slot()));
        ++next_;
        if ((next_ & publish_mask_) == 0) control_.read.store(next_, std::memory_order_release);
        return true;
    }

private:
    static constexpr int hold_off_pauses = 32;
    static constexpr int short_wait_polls = 8;
    static constexpr int short_waits_at_least = 64;
    static constexpr int short_waits_at_most = 1 << 16;

    struct control {
        alignas(128) std::atomic<std::uint64_t> written{0};  // the writer's
        alignas(128) std::atomic<std::uint64_t> read{0};     // the reader's
    };

    static std::size_t slots_for(const setup& cell) {
        return std::bit_ceil(std::max<std::size_t>(cell.depth, 1));
    }
    static std::size_t stride_for(const setup& cell) { return (cell.payload_bytes + 7) / 8 * 8; }
    writable slot() const noexcept { return {slots_ + (next_ & mask_) * stride_, payload_bytes_}; }

    [[gnu::noinline]] void await_free_slot() noexcept {
        for (;;) {
            others_ = control_.read.load(std::memory_order_acquire);
            if (next_ - others_ <= mask_) return;
            pause_cpu();
        }
    }

    [[gnu::noinline]] void await_message() noexcept {
        control_.read.store(next_, std::memory_order_release);
        for (int i = 0; holding_off_ && i < hold_off_pauses; ++i)
            pause_cpu();
        int polls = 0;
        for (;; ++polls) {
            others_ = control_.written.load(std::memory_order_acquire);
            if (others_ != next_) break;
            pause_cpu();
        }
        if (holding_off_) {
            judge_hold_off();
        } else {
            short_waits_ = polls <= short_wait_polls ? short_waits_ + 1 : 0;
            holding_off_ = short_waits_ >= short_waits_needed_;
        }
    }

    void judge_hold_off() noexcept {
        const bool batch = others_ - next_ > 1;
        short_waits_needed_ =
            batch ? short_waits_at_least : std::min(2 * short_waits_needed_, short_waits_at_most);
        holding_off_ = batch;
        short_waits_ = 0;
    }

    control& control_;
    std::byte* slots_;
    std::size_t payload_bytes_;
    std::size_t stride_;
    std::uint64_t mask_;
    std::uint64_t publish_mask_;
    std::uint64_t next_ = 0;    // to be written or read
    std::uint64_t others_ = 0;  // the other side's count as last seen
    bool holding_off_ = false;  // the reader's
    int short_waits_ = 0;       // in a row
    int short_waits_needed_ = short_waits_at_least;
};

}  // namespace ipcmark
