#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "harness/contract/transport.hpp"
#include "harness/endpoints/wakeups/futex.hpp"

namespace ipcmark {

[[gnu::always_inline]] inline void pause_cpu() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// What one side of a shared-memory endpoint waits for.
enum class awaited : std::uint32_t {
    message = 1,
    space = 2,
};

/// How each side of a shared-memory endpoint waits for the other. A policy is an object in each
/// process, over a `shared` in the memory of both (zeroed by the system). until(what, ready)
/// returns true once ready() holds, false when the peer is known to have gone; notify(what) is
/// called after a release store has brought what the peer may wait for.

/// Polls with the CPU's pause instruction: never sleeps, costs the whole CPU.
class spin_wait {
public:
    using shared = nothing_shared;
    spin_wait(setup&, shared&) {}

    template <class Ready>
    bool until(awaited, Ready ready) noexcept {
        while (!ready())
            pause_cpu();
        return true;
    }
    void notify(awaited) noexcept {}
};

/// Sleeps at once when there is nothing. A process waits for one thing at a time, so one wake-up in
/// each direction serves however many rings; it is rung only when the other side has announced that
/// it sleeps or is about to, and for what, and exactly once per announcement.
template <wakeup Wakeup>
class doorbell_wait {
public:
    struct shared {
        struct side {
            alignas(128) std::atomic<std::uint32_t> sleeps_for;  // an `awaited`; 0: awake
            [[no_unique_address]] typename Wakeup::shared bell;
        };
        side consumer;
        side producer;
    };

    doorbell_wait(setup& cell, shared& memory)
        : mine_(cell.producer() ? memory.producer : memory.consumer),
          theirs_(cell.producer() ? memory.consumer : memory.producer),
          forward_(cell, direction::forward, memory.consumer.bell),
          backward_(cell, direction::backward, memory.producer.bell),
          producer_(cell.producer()) {}

    template <class Ready>
    bool until(awaited what, Ready ready) {
        while (!ready()) {
            // Announce, then look again: with the fence in notify, either this side sees the data
            // or the other side sees the announcement.
            mine_.sleeps_for.store(static_cast<std::uint32_t>(what), std::memory_order_relaxed);
            std::atomic_thread_fence(std::memory_order_seq_cst);
            // Taken back in time, or a ring is on its way and must be taken.
            if (ready() && mine_.sleeps_for.exchange(0, std::memory_order_acq_rel) != 0)
                return true;
            if (!(producer_ ? backward_ : forward_).wait()) return false;
        }
        return true;
    }

    void notify(awaited what) {
        std::atomic_thread_fence(std::memory_order_seq_cst);
        const auto announced = static_cast<std::uint32_t>(what);
        if (theirs_.sleeps_for.load(std::memory_order_relaxed) != announced) [[likely]]
            return;
        ring(announced);
    }

private:
    [[gnu::noinline]] void ring(std::uint32_t announced) {
        if (theirs_.sleeps_for.compare_exchange_strong(announced, 0, std::memory_order_acq_rel,
                                                       std::memory_order_relaxed))
            (producer_ ? forward_ : backward_).post();
    }

    typename shared::side& mine_;
    typename shared::side& theirs_;
    Wakeup forward_;
    Wakeup backward_;
    bool producer_;
};

using futex_wait = doorbell_wait<futex_wakeup>;

/// Polls for a budget of time, then sleeps: no system call while the peer is quick, no CPU burnt
/// while it is not. A pause is 10 to 50 ns long, depending on the CPU, so the clock counts, not
/// they; it is read every 64 pauses, and not at all while the peer is quicker than that. The budget
/// is noted as `spin_budget_ns`.
template <class Sleep, std::int64_t BudgetNs>
class spin_then_wait : public Sleep {
public:
    spin_then_wait(setup& cell, typename Sleep::shared& memory) : Sleep(cell, memory) {
        cell.notes["spin_budget_ns"] = BudgetNs;
    }

    template <class Ready>
    bool until(awaited what, Ready ready) {
        using clock = std::chrono::steady_clock;
        if (polled(ready)) return true;
        const auto end = clock::now() + std::chrono::nanoseconds(BudgetNs);
        while (clock::now() < end)
            if (polled(ready)) return true;
        return Sleep::until(what, ready);
    }

private:
    template <class Ready>
    static bool polled(Ready ready) {
        constexpr int pauses_between_stamps = 64;
        for (int i = 0; i < pauses_between_stamps; ++i) {
            if (ready()) return true;
            pause_cpu();
        }
        return false;
    }
};

}  // namespace ipcmark
