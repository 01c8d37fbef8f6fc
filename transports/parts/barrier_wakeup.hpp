#pragma once

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <pthread.h>
#include <sched.h>

#include "harness/base/posix/process_shared.hpp"
#include "harness/endpoints/wakeups/wakeup.hpp"

namespace ipcmark {

/// pthread_barrier_wait(3): both sides wait for each other, so a post returns when it was taken.
class barrier_wakeup {
public:
    using shared = pthread_barrier_t;

    barrier_wakeup(setup& cell, direction, shared& memory) : barrier_(&memory) {
        if (cell.producer()) init_shared_barrier(memory, 2);
        cell.peer.meet();
    }
    void post() { ::pthread_barrier_wait(barrier_); }
    bool wait() {
        ::pthread_barrier_wait(barrier_);
        return true;
    }

private:
    pthread_barrier_t* barrier_;
};

/// A count in shared memory that the waiter looks at between calls of sched_yield(2): no wake-up
/// at all, the baseline of the others.
class yield_wakeup {
public:
    struct shared {
        alignas(64) std::atomic<std::uint64_t> count;
    };

    yield_wakeup(setup&, direction, shared& memory) : count_(memory.count) {}
    void post() noexcept { count_.fetch_add(1, std::memory_order_release); }
    bool wait() noexcept {
        while (count_.load(std::memory_order_acquire) == taken_)
            ::sched_yield();
        ++taken_;
        return true;
    }

private:
    std::atomic<std::uint64_t>& count_;
    std::uint64_t taken_ = 0;
};

}  // namespace ipcmark
