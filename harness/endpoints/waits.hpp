#pragma once

#include <atomic>
#include <climits>
#include <cstdint>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/transport.hpp"

namespace ipcmark {

[[gnu::always_inline]] inline void pause_cpu() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// How one side of a shared-memory endpoint waits for the other. A policy has a `gate` that lies
/// in the shared memory, wait_until(gate, ready) and notify(gate), which the other side calls after
/// it has made ready() true with a release store.

/// Polls with the CPU's pause instruction: never sleeps, costs the whole CPU.
struct spin_wait {
    static constexpr wait_style style = wait_style::spins;
    struct gate {};

    template <class Ready>
    static void wait_until(gate&, Ready ready) noexcept {
        while (!ready())
            pause_cpu();
    }
    static void notify(gate&) noexcept {}
};

/// Sleeps in futex(2) at once when there is nothing; the system call to wake is made only when the
/// other side sleeps or is about to.
struct futex_wait {
    static constexpr wait_style style = wait_style::blocks;
    struct gate {
        std::atomic<std::uint32_t> wakes{0};  // the futex word
        std::atomic<std::uint32_t> sleeping{0};
    };

    template <class Ready>
    static void wait_until(gate& at, Ready ready) noexcept {
        while (!ready()) {
            const std::uint32_t seen = at.wakes.load(std::memory_order_acquire);
            // Announce, then look again: with the fence in notify, either this side sees the data
            // or the other side sees the announcement.
            at.sleeping.store(1, std::memory_order_relaxed);
            std::atomic_thread_fence(std::memory_order_seq_cst);
            if (ready()) {
                at.sleeping.store(0, std::memory_order_relaxed);
                return;
            }
            ::syscall(SYS_futex, &at.wakes, FUTEX_WAIT, seen, nullptr, nullptr, 0);
        }
    }
    static void notify(gate& at) noexcept {
        std::atomic_thread_fence(std::memory_order_seq_cst);
        if (at.sleeping.load(std::memory_order_relaxed) == 0) return;
        at.sleeping.store(0, std::memory_order_relaxed);
        at.wakes.fetch_add(1, std::memory_order_release);
        ::syscall(SYS_futex, &at.wakes, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
    }
};

}  // namespace ipcmark
