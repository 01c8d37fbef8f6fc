#pragma once

#include <atomic>
#include <climits>
#include <cstdint>
#include <ctime>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ipcmark {

/// Lies in shared memory, zeroed: lets any number of processes sleep until something that another
/// one makes true. Nobody owns it, so nobody can take it into the grave: a process killed in the
/// middle of any call leaves it usable. (The condition variable of glibc is not so: one killed
/// waiter can hang who signals, bug 21422.) The system call to wake is made only when somebody has
/// announced that it sleeps or is about to.
class futex_event {
public:
    /// Sleeps until ready() holds or `limit_ms` have passed; returns ready().
    template <class Ready>
    bool wait_for(Ready ready, long limit_ms) {
        if (ready()) return true;
        const std::uint32_t seen = events_.load(std::memory_order_acquire);
        // Announce, then look again: with the fence in post, either this side sees what has become
        // true or the other side sees the announcement.
        sleeping_.store(1, std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_seq_cst);
        if (ready()) return true;
        const timespec limit{limit_ms / 1000, limit_ms % 1000 * 1'000'000};
        ::syscall(SYS_futex, &events_, FUTEX_WAIT, seen, &limit, nullptr, 0);
        return ready();
    }

    /// Call after a store that may make somebody's ready() true.
    void post() noexcept {
        std::atomic_thread_fence(std::memory_order_seq_cst);
        if (sleeping_.load(std::memory_order_relaxed) == 0) return;
        sleeping_.store(0, std::memory_order_relaxed);
        events_.fetch_add(1, std::memory_order_release);
        ::syscall(SYS_futex, &events_, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
    }

private:
    std::atomic<std::uint32_t> events_{0};
    std::atomic<std::uint32_t> sleeping_{0};
};

/// How often a sleeper looks whether its peer still lives: often enough to notice within a second,
/// seldom enough to cost nothing.
inline constexpr long life_check_ms = 100;

}  // namespace ipcmark
