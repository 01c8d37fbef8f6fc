#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <new>
#include <span>

#include "harness/base/posix/error.hpp"
#include "harness/contract/transport.hpp"
#include "harness/endpoints/channel_pair.hpp"
#include "harness/endpoints/futex_event.hpp"
#include "harness/endpoints/peer_process.hpp"

namespace ipcmark {

/// A count in shared memory that one process raises and the other sleeps for; futex(2).
class signalled_count {
public:
    void raise_to(std::uint64_t count) noexcept {
        count_.store(count, std::memory_order_release);
        raised_.post();
    }

    /// False: the peer has gone and the count will not come to that.
    bool await(std::uint64_t at_least, const peer_process& peer) {
        const auto ready = [&]() noexcept {
            return count_.load(std::memory_order_acquire) >= at_least;
        };
        while (!raised_.wait_for(ready, life_check_ms))
            if (!peer.lives()) return ready();
        return true;
    }

private:
    std::atomic<std::uint64_t> count_{0};
    futex_event raised_;
};

/// What the channels of direct memory have in common: messages travel outside of the shared
/// memory, which holds no more than how many were sent and how many places are free again, on
/// futex words.
class counted_channel {
public:
    static constexpr bool keeps_boundaries = true;

protected:
    struct control {
        alignas(128) signalled_count sent;   // the writer's
        alignas(128) signalled_count freed;  // the reader's
        /// Of the slots, in the process that has them; set before the two meet.
        alignas(128) std::atomic<std::uintptr_t> slots_address{0};
    };

    counted_channel(std::span<std::byte> memory, std::size_t slots, channel_end end,
                    const peer_process& peer)
        : control_(end.fresh ? *new (memory.data()) control
                             : *std::launder(reinterpret_cast<control*>(memory.data()))),
          peer_(peer),
          slots_(slots) {}

    std::size_t slot() const noexcept { return static_cast<std::size_t>(next_ % slots_); }

    void await_free_slot() {
        if (next_ >= slots_ && !control_.freed.await(next_ - slots_ + 1, peer_)) throw_gone();
    }
    bool await_message() { return control_.sent.await(next_ + 1, peer_); }

    void publish() noexcept { control_.sent.raise_to(++next_); }
    void release() noexcept { control_.freed.raise_to(++next_); }

    [[noreturn, gnu::cold]] static void throw_gone() {
        throw peer_gone("the reading process has gone");
    }

    control& control_;
    const peer_process& peer_;
    std::size_t slots_;
    std::uint64_t next_ = 0;  // to be sent or received
};

/// The memory of another process as a channel: one side has slots in its own private memory, and
/// the other copies into or out of them; one copy.
class direct_channel : public counted_channel {
public:
    static std::size_t bytes_for(const setup&) { return sizeof(control); }

protected:
    direct_channel(std::span<std::byte> memory, setup& cell, channel_end end,
                   const peer_process& peer, bool slots_here)
        : counted_channel(memory, std::max<std::size_t>(cell.depth, 1), end, peer),
          stride_((cell.payload_bytes + 63) / 64 * 64),
          payload_bytes_(cell.payload_bytes),
          memory_(mapping::anonymous(slots_here ? slots_ * stride_ : payload_bytes_)) {
        if (slots_here)
            control_.slots_address.store(reinterpret_cast<std::uintptr_t>(memory_.data()),
                                         std::memory_order_relaxed);
    }

    writable slot_here() const noexcept {
        return {memory_.data() + slot() * stride_, payload_bytes_};
    }
    std::uintptr_t slot_there() const noexcept {
        return control_.slots_address.load(std::memory_order_relaxed) + slot() * stride_;
    }
    writable buffer() const noexcept { return {memory_.data(), payload_bytes_}; }

private:
    std::size_t stride_;
    std::size_t payload_bytes_;
    mapping memory_;
};

/// The slots lie with the reader; the writer copies each message into one.
class pushing_channel : public direct_channel {
public:
    pushing_channel(std::span<std::byte> memory, setup& cell, channel_end end,
                    const peer_process& peer)
        : direct_channel(memory, cell, end, peer, !end.writes) {}

    template <class Fill>
    void send(Fill fill) {
        fill(buffer());
        await_free_slot();
        if (!peer_.write_into(slot_there(), buffer())) throw_gone();
        publish();
    }

    template <class Consume>
    bool recv(Consume consume) {
        if (!await_message()) return false;
        consume(readable(slot_here()));
        release();
        return true;
    }
};

/// The slots lie with the writer; the reader copies each message out of one.
class pulling_channel : public direct_channel {
public:
    pulling_channel(std::span<std::byte> memory, setup& cell, channel_end end,
                    const peer_process& peer)
        : direct_channel(memory, cell, end, peer, end.writes) {}

    template <class Fill>
    void send(Fill fill) {
        await_free_slot();
        fill(slot_here());
        publish();
    }

    template <class Consume>
    bool recv(Consume consume) {
        if (!await_message() || !peer_.read_from(slot_there(), buffer())) return false;
        consume(readable(buffer()));
        release();
        return true;
    }
};

/// A pair of such channels between two processes that may reach into each other.
template <class Channel>
class direct_pair : protected peer_process, public channel_pair<Channel> {
public:
    explicit direct_pair(setup& cell)
        : peer_process(cell),
          channel_pair<Channel>(cell, static_cast<const peer_process&>(*this)) {}
};

}  // namespace ipcmark
