#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <new>
#include <span>

#include "harness/contract/transport.hpp"
#include "harness/endpoints/channel_pair.hpp"
#include "harness/endpoints/futex_event.hpp"

namespace ipcmark {

/// One direction of a ring with one writer, in which every reader reads every message; the slowest
/// holds the writer back. Blocking; fill and consume run on the shared slot: no copies.
///
/// The writer publishes how many messages it wrote, each reader how many it is through with: every
/// eighth of the ring and before it sleeps, as shm_ring does. A slot is free once all readers have
/// passed it. A reader that dies holds the writer back for good.
class broadcast_ring {
public:
    static constexpr bool keeps_boundaries = true;
    static constexpr std::size_t most_readers = party_counts::most_processes;

    static std::size_t bytes_for(const setup& cell) {
        return sizeof(control) + slots_for(cell) * stride_for(cell);
    }

    broadcast_ring(std::span<std::byte> memory, setup& cell, channel_end end)
        : control_(end.fresh ? *new (memory.data()) control
                             : *std::launder(reinterpret_cast<control*>(memory.data()))),
          slots_(memory.data() + sizeof(control)),
          payload_bytes_(cell.payload_bytes),
          stride_(stride_for(cell)),
          mask_(slots_for(cell) - 1),
          publish_mask_(std::max<std::size_t>(slots_for(cell) / 8, 1) - 1),
          readers_(cell.group.one_object() ? cell.group.consumers.size() : 1),
          own_(end.writes || !cell.group.one_object() ? 0 : cell.group.index) {
        cell.notes["ring_slots"] = static_cast<std::int64_t>(mask_ + 1);
    }

    template <class Fill>
    void send(Fill fill) {
        while (next_ - slowest_ > mask_)
            [[unlikely]] await_slowest();
        fill(slot(next_));
        control_.written.store(++next_, std::memory_order_release);
        control_.filled.post();
    }

    template <class Consume>
    bool recv(Consume consume) {
        if (written_ == next_) [[unlikely]]
            await_message();
        consume(readable(slot(next_)));
        ++next_;
        if ((next_ & publish_mask_) == 0) publish();
        return true;
    }

private:
    struct reader {
        alignas(128) std::atomic<std::uint64_t> passed{0};
    };
    struct control {
        alignas(128) std::atomic<std::uint64_t> written{0};
        alignas(128) futex_event filled;
        alignas(128) futex_event freed;
        std::array<reader, most_readers> readers;
    };

    static std::size_t slots_for(const setup& cell) {
        return std::bit_ceil(std::max<std::size_t>(cell.depth, 1));
    }
    static std::size_t stride_for(const setup& cell) {
        constexpr std::size_t line = 128;
        return (std::max<std::size_t>(cell.payload_bytes, 1) + line - 1) / line * line;
    }

    writable slot(std::uint64_t message) const noexcept {
        return {slots_ + (message & mask_) * stride_, payload_bytes_};
    }

    void await_slowest() {
        const auto has_room = [this]() noexcept {
            slowest_ = next_;
            for (std::size_t i = 0; i < readers_; ++i)
                slowest_ =
                    std::min(slowest_, control_.readers[i].passed.load(std::memory_order_acquire));
            return next_ - slowest_ <= mask_;
        };
        control_.freed.wait_for(has_room, life_check_ms);
    }

    void await_message() {
        const auto is_there = [this]() noexcept {
            written_ = control_.written.load(std::memory_order_acquire);
            return written_ != next_;
        };
        if (is_there()) return;
        publish();
        while (!control_.filled.wait_for(is_there, life_check_ms)) {
        }
    }

    void publish() noexcept {
        control_.readers[own_].passed.store(next_, std::memory_order_release);
        control_.freed.post();
    }

    control& control_;
    std::byte* slots_;
    std::size_t payload_bytes_;
    std::size_t stride_;
    std::uint64_t mask_;
    std::uint64_t publish_mask_;
    std::size_t readers_;
    std::size_t own_;
    std::uint64_t next_ = 0;     // to be written or read
    std::uint64_t written_ = 0;  // reader: as last seen
    std::uint64_t slowest_ = 0;  // writer: as last seen
};

}  // namespace ipcmark
