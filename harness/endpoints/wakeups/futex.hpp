#pragma once

#include <atomic>
#include <climits>
#include <cstdint>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/endpoints/wakeups/wakeup.hpp"

namespace ipcmark {

/// futex(2) itself.
struct futex_calls {
    static void wait(std::atomic<std::uint32_t>& word, std::uint32_t value) noexcept {
        ::syscall(SYS_futex, &word, FUTEX_WAIT, value, nullptr, nullptr, 0);
    }
    static void wake(std::atomic<std::uint32_t>& word) noexcept {
        ::syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
    }
};

/// A count in shared memory; futex(2) is called only when the other side sleeps or is about to, and
/// once per announcement of that.
template <class Calls>
class basic_futex_wakeup {
public:
    /// The futex word is twice the count, plus one while the waiter sleeps or is about to. In one
    /// word, since a poster that took the announcement back from another could take one that was
    /// made after it had counted: the sleeper would find its count unchanged and sleep on.
    struct shared {
        alignas(64) std::atomic<std::uint32_t> word{0};
    };

    basic_futex_wakeup(setup&, direction, shared& memory) : word_(memory.word) {}

    void post() noexcept {
        std::uint32_t seen = word_.load(std::memory_order_relaxed);
        while (!word_.compare_exchange_weak(seen, (seen & ~announced) + one,
                                            std::memory_order_acq_rel, std::memory_order_relaxed)) {
        }
        if ((seen & announced) != 0) Calls::wake(word_);
    }

    bool wait() noexcept {
        std::uint32_t seen = word_.load(std::memory_order_acquire);
        while ((seen & ~announced) == taken_) {
            if ((seen & announced) != 0 ||
                word_.compare_exchange_strong(seen, seen | announced, std::memory_order_relaxed,
                                              std::memory_order_relaxed))
                Calls::wait(word_, taken_ | announced);
            seen = word_.load(std::memory_order_acquire);
        }
        taken_ += one;
        return true;
    }

private:
    static constexpr std::uint32_t announced = 1;
    static constexpr std::uint32_t one = 2;

    std::atomic<std::uint32_t>& word_;
    std::uint32_t taken_ = 0;  // times two, compared with the count modulo 2^32
};

using futex_wakeup = basic_futex_wakeup<futex_calls>;

}  // namespace ipcmark
