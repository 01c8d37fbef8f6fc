#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>

#include "harness/base/posix/mapping.hpp"
#include "harness/contract/transport.hpp"
#include "harness/endpoints/channel_pair.hpp"
#include "harness/endpoints/futex_event.hpp"

namespace ipcmark {

/// One direction of a ring whose writer never waits, for any number of readers, who write nothing
/// that it reads. A reader that fell behind by more than the ring holds goes on at the middle of
/// what is there and has lost the rest. Two copies.
///
/// Each slot has a version like a sequence lock's (parts/seqlock.hpp has the memory order): odd
/// while message m is written, 2 * (m + 1) once it is there. A reader of m that meets a higher one
/// is too late; one that meets a lower one waits.
class lossy_broadcast {
public:
    static constexpr bool keeps_boundaries = true;

    static std::size_t bytes_for(const setup& cell) {
        return sizeof(control) + slots_for(cell) * stride_for(cell);
    }

    lossy_broadcast(std::span<std::byte> memory, setup& cell, channel_end end)
        : control_(end.fresh ? *new (memory.data()) control
                             : *std::launder(reinterpret_cast<control*>(memory.data()))),
          slots_(memory.data() + sizeof(control)),
          word_count_(words_for(cell)),
          payload_bytes_(cell.payload_bytes),
          stride_(stride_for(cell)),
          count_(slots_for(cell)),
          mine_(mapping::anonymous(word_count_ * sizeof(word))) {
        cell.notes["ring_slots"] = static_cast<std::int64_t>(count_);
        if (!end.fresh) return;
        for (std::uint64_t i = 0; i < count_; ++i)
            for (std::size_t w = 0; w <= word_count_; ++w)
                new (word_of(i, w)) word{0};
    }

    template <class Fill>
    void send(Fill fill) {
        fill(writable(mine_.data(), payload_bytes_));
        word& version = *word_of(next_, 0);
        version.store(2 * next_ + 1, std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_release);
        for (std::size_t i = 0; i < word_count_; ++i) {
            std::uint64_t value;
            std::memcpy(&value, mine_.data() + i * sizeof value, sizeof value);
            word_of(next_, i + 1)->store(value, std::memory_order_relaxed);
        }
        version.store(2 * (next_ + 1), std::memory_order_release);
        control_.written.store(++next_, std::memory_order_release);
        control_.filled.post();
    }

    /// False: nothing came within loss_timeout_ms.
    template <class Consume>
    bool recv(Consume consume) {
        while (!copy_next())
            if (!await_message()) return false;
        ++next_;
        consume(readable(mine_.data(), payload_bytes_));
        return true;
    }

private:
    using word = std::atomic<std::uint64_t>;
    static_assert(word::is_always_lock_free, "a lock would be private to each process");

    struct control {
        alignas(128) std::atomic<std::uint64_t> written{0};
        alignas(128) futex_event filled;
    };

    static std::size_t words_for(const setup& cell) {
        return (cell.payload_bytes + sizeof(word) - 1) / sizeof(word);
    }
    /// Two at least: the middle of what is there is not what is written next.
    static std::size_t slots_for(const setup& cell) {
        return std::bit_ceil(std::max<std::size_t>(cell.depth, 2));
    }
    static std::size_t stride_for(const setup& cell) {
        constexpr std::size_t line = 128;
        return ((words_for(cell) + 1) * sizeof(word) + line - 1) / line * line;
    }

    word* word_of(std::uint64_t message, std::size_t index) const noexcept {
        return std::launder(reinterpret_cast<word*>(slots_ + (message & (count_ - 1)) * stride_) +
                            index);
    }

    /// False: it is not there yet; next_ is then one that is still to come.
    bool copy_next() noexcept {
        for (;;) {
            const std::uint64_t there = 2 * (next_ + 1);
            word& version = *word_of(next_, 0);
            const std::uint64_t before = version.load(std::memory_order_acquire);
            if (before < there) return false;
            if (before == there) {
                for (std::size_t i = 0; i < word_count_; ++i) {
                    const std::uint64_t value =
                        word_of(next_, i + 1)->load(std::memory_order_relaxed);
                    std::memcpy(mine_.data() + i * sizeof value, &value, sizeof value);
                }
                std::atomic_thread_fence(std::memory_order_acquire);
                if (version.load(std::memory_order_relaxed) == there) return true;
            }
            const std::uint64_t written = control_.written.load(std::memory_order_acquire);
            next_ = std::max(next_ + 1, written - std::min(written, count_ / 2));
        }
    }

    bool await_message() {
        using clock = std::chrono::steady_clock;
        const auto until = clock::now() + std::chrono::milliseconds(loss_timeout_ms);
        const auto is_there = [this]() noexcept {
            return control_.written.load(std::memory_order_acquire) > next_;
        };
        while (!control_.filled.wait_for(is_there, loss_timeout_ms))
            if (clock::now() >= until) return false;
        return true;
    }

    control& control_;
    std::byte* slots_;
    std::size_t word_count_;
    std::size_t payload_bytes_;
    std::size_t stride_;
    std::uint64_t count_;
    mapping mine_;            // what is about to be sent, or was received
    std::uint64_t next_ = 0;  // to be written or read
};

}  // namespace ipcmark
