#pragma once

#include <atomic>
#include <mutex>
#include <new>
#include <span>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/robust_mutex.hpp"
#include "harness/contract/transport.hpp"
#include "harness/endpoints/channel_pair.hpp"
#include "harness/endpoints/futex_event.hpp"

namespace ipcmark {

/// One direction of a monitor with room for one message, whose processes may be killed anywhere.
/// fill and consume run on the slot with its robust mutex held: no copies.
///
/// `full` changes only after fill or consume has returned, so whoever inherits the mutex from a
/// process killed in fill finds the slot empty, and from one killed in consume, still full:
/// nothing needs mending. A sleeper looks every tenth of a second whether its peer still holds its
/// sign of life.
class mutex_slot {
public:
    static constexpr bool keeps_boundaries = true;

    static std::size_t bytes_for(const setup& cell) {
        return (sizeof(control) + cell.payload_bytes + 127) / 128 * 128;
    }

    mutex_slot(std::span<std::byte> memory, setup& cell, channel_end end)
        : control_(end.fresh ? *new (memory.data()) control
                             : *std::launder(reinterpret_cast<control*>(memory.data()))),
          payload_(memory.data() + sizeof(control), cell.payload_bytes),
          peers_life_(end.writes ? control_.reader : control_.writer),
          life_(end.writes ? control_.writer : control_.reader) {}

    template <class Fill>
    void send(Fill fill) {
        std::unique_lock held = when_full_is(false, control_.emptied);
        if (!held) throw peer_gone("the reader of the slot has gone");
        fill(payload_);
        control_.full.store(true, std::memory_order_release);
        held.unlock();
        control_.filled.post();
    }

    /// False: the writer has gone and left nothing.
    template <class Consume>
    bool recv(Consume consume) {
        std::unique_lock held = when_full_is(true, control_.filled);
        if (!held) return false;
        consume(readable(payload_));
        control_.full.store(false, std::memory_order_release);
        held.unlock();
        control_.emptied.post();
        return true;
    }

private:
    struct alignas(128) control {
        robust_mutex guard;
        std::atomic<bool> full{false};  // changed under the guard, peeped at without
        futex_event filled;
        futex_event emptied;
        robust_mutex writer;  // held by the writer for life
        robust_mutex reader;
    };

    /// The guard, once the slot is or is not full; empty-handed when the peer has gone before.
    std::unique_lock<robust_mutex> when_full_is(bool wanted, futex_event& changed) {
        const auto ready = [this, wanted]() noexcept {
            return control_.full.load(std::memory_order_acquire) == wanted;
        };
        for (;;) {
            std::unique_lock held(control_.guard);
            if (ready()) return held;
            held.unlock();
            if (!changed.wait_for(ready, life_check_ms) && peers_life_.is_free() && !ready())
                return {};
        }
    }

    control& control_;
    writable payload_;
    robust_mutex& peers_life_;
    sign_of_life life_;
};

}  // namespace ipcmark
