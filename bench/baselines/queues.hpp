#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <boost/lockfree/spsc_queue.hpp>

/// The queues that others would use for small messages in shared memory.
namespace ipcmark {

struct small_message {
    std::array<std::uint64_t, 8> words;
};
inline constexpr std::size_t bare_queue_messages = 1024;

/// A single-producer single-consumer queue written from the idea of Rigtorp's SPSCQueue: the two
/// indices apart, each beside its owner's last sight of the other, which is refreshed only when it
/// does not suffice.
template <class T>
class cached_index_queue {
public:
    /// Calls fill(T&) on the slot itself.
    template <class Fill>
    bool emplace(Fill fill) {
        const std::size_t at = writers_.index.load(std::memory_order_relaxed);
        const std::size_t next = after(at);
        if (next == writers_.others) {
            writers_.others = readers_.index.load(std::memory_order_acquire);
            if (next == writers_.others) return false;
        }
        fill(slots_[at]);
        writers_.index.store(next, std::memory_order_release);
        return true;
    }

    bool push(const T& value) noexcept {
        return emplace([&value](T& slot) { slot = value; });
    }

    /// Calls consume(T&) on the slot itself.
    template <class Consume>
    bool consume_one(Consume consume) {
        const std::size_t at = readers_.index.load(std::memory_order_relaxed);
        if (at == readers_.others) {
            readers_.others = writers_.index.load(std::memory_order_acquire);
            if (at == readers_.others) return false;
        }
        consume(slots_[at]);
        readers_.index.store(after(at), std::memory_order_release);
        return true;
    }

private:
    static constexpr std::size_t slot_count = bare_queue_messages + 1;  // one is always free
    struct alignas(128) side {
        std::atomic<std::size_t> index{0};
        std::size_t others = 0;
    };

    static std::size_t after(std::size_t at) noexcept { return at + 1 == slot_count ? 0 : at + 1; }

    side writers_;
    side readers_;
    alignas(128) std::array<T, slot_count> slots_;
};

using rigtorp_style_queue = cached_index_queue<small_message>;
using boost_queue =
    boost::lockfree::spsc_queue<small_message, boost::lockfree::capacity<bare_queue_messages>>;

}  // namespace ipcmark
