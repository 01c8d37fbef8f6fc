#pragma once

#include <atomic>
#include <cstdint>
#include <new>
#include <optional>
#include <span>

#include "harness/contract/transport.hpp"
#include "harness/endpoints/channel_pair.hpp"
#include "harness/endpoints/spin_timeout.hpp"

namespace ipcmark {

/// Which of two buffers is whose. A published buffer belongs to whoever takes it out of
/// `published` first: the reader to read it, or the writer to write the next value into it. So
/// while the writer rewrites a value that nobody has read, there is none to read: the price of
/// doing without a third buffer.
class two_buffers {
public:
    static constexpr std::uint32_t count = 2;
    struct shared {
        alignas(128) std::atomic<std::uint32_t> published{none};
    };

    explicit two_buffers(shared& memory) : shared_(memory) {}

    std::uint32_t to_fill() noexcept {
        // Acquire: the reader has let go of the other buffer before it took this one.
        if (published_ && shared_.published.exchange(none, std::memory_order_acquire) == none)
            mine_ = 1 - mine_;
        published_ = false;
        return mine_;
    }
    void publish() noexcept {
        shared_.published.store(mine_, std::memory_order_release);
        published_ = true;
    }

    std::optional<std::uint32_t> take() noexcept {
        if (shared_.published.load(std::memory_order_relaxed) == none) return std::nullopt;
        // Release: this side has let go of the other buffer, which the writer may now fill.
        const std::uint32_t taken = shared_.published.exchange(none, std::memory_order_acq_rel);
        return taken == none ? std::nullopt : std::optional(taken);
    }

private:
    static constexpr std::uint32_t none = count;
    shared& shared_;
    std::uint32_t mine_ = 0;  // the writer's
    bool published_ = false;  // the writer has published `mine_` and not looked since
};

/// Which of three buffers is whose: one is the writer's, one the reader's, and the third changes
/// hands by one exchange on either side, so both are wait-free and the newest value is always
/// there to be read.
class three_buffers {
public:
    static constexpr std::uint32_t count = 3;
    struct shared {
        alignas(128) std::atomic<std::uint32_t> middle{1};
    };

    explicit three_buffers(shared& memory) : shared_(memory) {}

    std::uint32_t to_fill() const noexcept { return writers_; }
    void publish() noexcept {
        writers_ = shared_.middle.exchange(writers_ | fresh, std::memory_order_acq_rel) & ~fresh;
    }

    std::optional<std::uint32_t> take() noexcept {
        if ((shared_.middle.load(std::memory_order_relaxed) & fresh) == 0) return std::nullopt;
        readers_ = shared_.middle.exchange(readers_, std::memory_order_acq_rel) & ~fresh;
        return readers_;
    }

private:
    static constexpr std::uint32_t fresh = 4;  // the reader has not had it
    shared& shared_;
    std::uint32_t writers_ = 0;
    std::uint32_t readers_ = 2;
};

/// One direction of a latest value in a few whole buffers: a newer value replaces one that was not
/// read, neither side ever waits for the other, fill and consume run on the buffers: no copies.
template <class Buffers>
class latest_buffers {
public:
    static constexpr bool keeps_boundaries = true;

    static std::size_t bytes_for(const setup& cell) {
        return sizeof(shared) + Buffers::count * stride_for(cell);
    }

    latest_buffers(std::span<std::byte> memory, setup& cell, channel_end end)
        : buffers_(end.fresh ? *new (memory.data()) shared
                             : *std::launder(reinterpret_cast<shared*>(memory.data()))),
          first_(memory.data() + sizeof(shared)),
          payload_bytes_(cell.payload_bytes),
          stride_(stride_for(cell)) {}

    template <class Fill>
    void send(Fill fill) {
        fill(buffer(buffers_.to_fill()));
        buffers_.publish();
    }

    /// False: nothing newer than the value received last within loss_timeout_ms.
    template <class Consume>
    bool recv(Consume consume) {
        std::optional<std::uint32_t> taken;
        if (!spin_until_lost([&]() noexcept { return (taken = buffers_.take()).has_value(); }))
            return false;
        at_hand_ = taken;
        consume(readable(buffer(*taken)));
        return true;
    }

    /// False: nothing was written yet. The buffer that was taken last is the reader's until it
    /// takes another.
    template <class Consume>
    bool read(Consume consume) {
        if (const auto taken = buffers_.take()) at_hand_ = taken;
        if (!at_hand_) return false;
        consume(readable(buffer(*at_hand_)));
        return true;
    }

private:
    using shared = typename Buffers::shared;

    /// The two sides write different buffers at the same time, so none shares a pair of lines.
    static std::size_t stride_for(const setup& cell) {
        return (cell.payload_bytes + 127) / 128 * 128;
    }
    writable buffer(std::uint32_t index) const {
        return {first_ + index * stride_, payload_bytes_};
    }

    Buffers buffers_;
    std::byte* first_;
    std::size_t payload_bytes_;
    std::size_t stride_;
    std::optional<std::uint32_t> at_hand_;  // what the reader took last
};

}  // namespace ipcmark
