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

/// One direction of a bounded queue for any number of writers and readers, who spin. Zero copy.
///
/// After Vyukov's bounded MPMC queue: each cell's `turn` says whose turn it is. Cell i of n starts
/// at i; the writer of message m takes its cell (m modulo n) at turn m, by moving `next_in`, and
/// leaves m + 1; the reader of m takes it at turn m + 1, by moving `next_out`, and leaves m + n,
/// the turn of the cell's next writer. One that dies between taking and leaving stops the queue
/// there: what it wrote is never seen, nor is anything behind it.
class mpmc_ring {
public:
    static constexpr bool keeps_boundaries = true;

    static std::size_t bytes_for(const setup& cell) {
        return sizeof(control) + cells_for(cell) * stride_for(cell);
    }

    mpmc_ring(std::span<std::byte> memory, setup& cell, channel_end end)
        : control_(end.fresh ? new (memory.data()) control{}
                             : std::launder(reinterpret_cast<control*>(memory.data()))),
          cells_(memory.data() + sizeof(control)),
          payload_bytes_(cell.payload_bytes),
          payload_offset_(payload_offset_for(cell)),
          stride_(stride_for(cell)),
          count_(cells_for(cell)) {
        cell.notes["ring_slots"] = static_cast<std::int64_t>(count_);
        if (!end.fresh) return;
        for (std::uint64_t i = 0; i < count_; ++i)
            new (cell_of(i)) turn{i};
    }

    template <class Fill>
    void send(Fill fill) {
        const std::uint64_t message = claim(control_->next_in, 0);
        fill(payload_of(message));
        turn_of(message).store(message + 1, std::memory_order_release);
    }

    template <class Consume>
    bool recv(Consume consume) {
        const std::uint64_t message = claim(control_->next_out, 1);
        consume(readable(payload_of(message)));
        turn_of(message).store(message + count_, std::memory_order_release);
        return true;
    }

private:
    using turn = std::atomic<std::uint64_t>;
    static constexpr std::size_t line = 64;

    struct control {
        alignas(128) std::atomic<std::uint64_t> next_in{0};   // the writers'
        alignas(128) std::atomic<std::uint64_t> next_out{0};  // the readers'
    };

    /// With one cell a writer's "full" and its next turn would be the same number.
    static std::size_t cells_for(const setup& cell) {
        return std::bit_ceil(std::max<std::size_t>(cell.depth, 2));
    }
    /// Up to 56 bytes share the turn's cache line; longer ones start on a line of their own.
    static std::size_t payload_offset_for(const setup& cell) {
        return cell.payload_bytes <= line - sizeof(turn) ? sizeof(turn) : line;
    }
    static std::size_t stride_for(const setup& cell) {
        return (payload_offset_for(cell) + cell.payload_bytes + line - 1) / line * line;
    }

    /// Takes the next message of this side once its cell is at that turn. Of several who see the
    /// turn, one moves the counter; its order is relaxed, for the turn carries the payload.
    std::uint64_t claim(std::atomic<std::uint64_t>& next, std::uint64_t offset) noexcept {
        std::uint64_t message = next.load(std::memory_order_relaxed);
        for (;;) {
            if (turn_of(message).load(std::memory_order_acquire) == message + offset) {
                if (next.compare_exchange_weak(message, message + 1, std::memory_order_relaxed))
                    return message;
            } else {
                pause_cpu();
                message = next.load(std::memory_order_relaxed);
            }
        }
    }

    std::byte* cell_of(std::uint64_t message) const noexcept {
        return cells_ + (message & (count_ - 1)) * stride_;
    }
    turn& turn_of(std::uint64_t message) const noexcept {
        return *std::launder(reinterpret_cast<turn*>(cell_of(message)));
    }
    writable payload_of(std::uint64_t message) const noexcept {
        return {cell_of(message) + payload_offset_, payload_bytes_};
    }

    control* control_;
    std::byte* cells_;
    std::size_t payload_bytes_;
    std::size_t payload_offset_;
    std::size_t stride_;
    std::uint64_t count_;
};

}  // namespace ipcmark
