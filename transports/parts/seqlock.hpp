#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>

#include "harness/base/posix/mapping.hpp"
#include "harness/contract/transport.hpp"
#include "harness/endpoints/channel_pair.hpp"
#include "harness/endpoints/spin_timeout.hpp"

namespace ipcmark {

/// One direction of a latest value under a sequence lock: the writer never waits, readers (any
/// number) never write, so they cost the writer nothing. Two copies. A reader misses values that
/// were replaced before it looked, and starves while the writer writes without a pause; it never
/// sees a torn one.
///
/// Memory order, after Boehm, "Can seqlocks get along with programming language memory models?"
/// (MSPC 2012), section 4. The value is copied while it may be changing, which is a data race
/// unless every access to it is atomic: hence relaxed words, and no memcpy. `version` is odd while
/// the writer writes.
///   Writer: version = odd, then a release fence: whoever reads a word stored after the fence and
///   then passes an acquire fence also sees the odd version. The last store, version = even, is a
///   release: whoever acquires that version sees every word of its value.
///   Reader: the acquire load of an even version orders the words after it, so none is older than
///   this version; had one been newer, the acquire fence behind the words would make the second
///   load see at least that writer's odd version. Equal versions therefore mean one value.
class seqlock {
public:
    static constexpr bool keeps_boundaries = true;

    static std::size_t bytes_for(const setup& cell) {
        return (sizeof(control) + words_for(cell) * sizeof(word) + 127) / 128 * 128;
    }

    seqlock(std::span<std::byte> memory, setup& cell, channel_end end)
        : control_(end.fresh ? new (memory.data()) control{}
                             : std::launder(reinterpret_cast<control*>(memory.data()))),
          words_(reinterpret_cast<word*>(memory.data() + sizeof(control))),
          word_count_(words_for(cell)),
          payload_bytes_(cell.payload_bytes),
          mine_(mapping::anonymous(word_count_ * sizeof(word))) {}

    template <class Fill>
    void send(Fill fill) {
        fill(writable(mine_.data(), payload_bytes_));
        control_->version.store(version_ + 1, std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_release);
        for (std::size_t i = 0; i < word_count_; ++i) {
            std::uint64_t value;
            std::memcpy(&value, mine_.data() + i * sizeof value, sizeof value);
            words_[i].store(value, std::memory_order_relaxed);
        }
        version_ += 2;
        control_->version.store(version_, std::memory_order_release);
    }

    /// False: nothing newer than the value received last within loss_timeout_ms.
    template <class Consume>
    bool recv(Consume consume) {
        if (!spin_until_lost([this]() noexcept { return copy_newer(); })) return false;
        consume(readable(mine_.data(), payload_bytes_));
        return true;
    }

    /// False: nothing was written yet, or the writer is at it.
    template <class Consume>
    bool read(Consume consume) {
        const std::uint64_t at_hand = control_->version.load(std::memory_order_acquire);
        if (at_hand == 0 || !copy(at_hand)) return false;
        consume(readable(mine_.data(), payload_bytes_));
        return true;
    }

private:
    using word = std::atomic<std::uint64_t>;
    static_assert(word::is_always_lock_free, "a lock would be private to each process");

    struct control {
        alignas(128) std::atomic<std::uint64_t> version{0};
    };

    static std::size_t words_for(const setup& cell) {
        return (cell.payload_bytes + sizeof(word) - 1) / sizeof(word);
    }

    bool copy_newer() noexcept {
        const std::uint64_t before = control_->version.load(std::memory_order_acquire);
        return before != version_ && copy(before);
    }

    /// The value of that version. False: it is being replaced.
    bool copy(std::uint64_t before) noexcept {
        if (before % 2 != 0) return false;
        for (std::size_t i = 0; i < word_count_; ++i) {
            const std::uint64_t value = words_[i].load(std::memory_order_relaxed);
            std::memcpy(mine_.data() + i * sizeof value, &value, sizeof value);
        }
        std::atomic_thread_fence(std::memory_order_acquire);
        if (control_->version.load(std::memory_order_relaxed) != before) return false;
        version_ = before;
        return true;
    }

    control* control_;
    word* words_;
    std::size_t word_count_;
    std::size_t payload_bytes_;
    mapping mine_;               // what is about to be sent, or was received
    std::uint64_t version_ = 0;  // writer: of the value written; reader: of the value received
};

}  // namespace ipcmark
