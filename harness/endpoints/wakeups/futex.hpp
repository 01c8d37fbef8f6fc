#pragma once

#include <atomic>
#include <climits>
#include <cstdint>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/endpoints/wakeups/wakeup.hpp"

namespace ipcmark {

/// A count in shared memory; futex(2) is called only when the other side sleeps or is about to.
class futex_wakeup {
public:
    struct shared {
        alignas(64) std::atomic<std::uint32_t> count{0};  // the futex word
        std::atomic<std::uint32_t> sleeping{0};
    };

    futex_wakeup(setup&, direction, shared& memory) : shared_(memory) {}

    void post() noexcept {
        shared_.count.fetch_add(1, std::memory_order_release);
        // Either this side sees the announcement or the other one sees the new count.
        std::atomic_thread_fence(std::memory_order_seq_cst);
        if (shared_.sleeping.load(std::memory_order_relaxed) == 0) return;
        ::syscall(SYS_futex, &shared_.count, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
    }

    bool wait() noexcept {
        while (shared_.count.load(std::memory_order_acquire) == taken_) {
            shared_.sleeping.store(1, std::memory_order_relaxed);
            std::atomic_thread_fence(std::memory_order_seq_cst);
            if (shared_.count.load(std::memory_order_relaxed) == taken_)
                ::syscall(SYS_futex, &shared_.count, FUTEX_WAIT, taken_, nullptr, nullptr, 0);
            shared_.sleeping.store(0, std::memory_order_relaxed);
        }
        ++taken_;
        return true;
    }

private:
    shared& shared_;
    std::uint32_t taken_ = 0;  // compared with the count modulo 2^32
};

}  // namespace ipcmark
