#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "harness/contract/transport.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/endpoints/wakeups/wakeup.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ipcmark {

/// Why this CPU cannot execute umwait and tpause; CPUID leaf 7, ECX bit 5.
std::optional<std::string> waitpkg_unavailable();

#if defined(__x86_64__)

/// At most this long asleep at a time; the kernel's own limit is
/// /sys/devices/system/cpu/umwait_control/max_time.
inline constexpr std::uint64_t light_sleep_ticks = 100'000;
inline constexpr unsigned light_sleep_c01 = 1;  // the shallower state: quicker to leave

/// Arms a monitor on a line that the peer writes after each message, looks once more, and sleeps
/// until the line is written. No system call on either side.
class umwait_wait {
public:
    struct shared {
        alignas(128) std::atomic<std::uint64_t> from_producer;
        alignas(128) std::atomic<std::uint64_t> from_consumer;
    };

    umwait_wait(setup& cell, shared& memory)
        : mine_(cell.producer() ? memory.from_producer : memory.from_consumer),
          theirs_(cell.producer() ? memory.from_consumer : memory.from_producer) {}

    template <class Ready>
    bool until(awaited, Ready ready) noexcept {
        while (!ready()) {
            arm();
            if (ready()) break;
            sleep();
        }
        return true;
    }
    void notify(awaited) noexcept { mine_.store(++written_, std::memory_order_release); }

private:
    [[gnu::target("waitpkg")]] void arm() noexcept { _umonitor(&theirs_); }
    [[gnu::target("waitpkg")]] static void sleep() noexcept {
        _umwait(light_sleep_c01, __builtin_ia32_rdtsc() + light_sleep_ticks);
    }

    std::atomic<std::uint64_t>& mine_;
    std::atomic<std::uint64_t>& theirs_;
    std::uint64_t written_ = 0;
};

/// Polls as spin_wait does, with the CPU in a light sleep between two looks.
class tpause_wait {
public:
    using shared = nothing_shared;
    tpause_wait(setup&, shared&) {}

    template <class Ready>
    bool until(awaited, Ready ready) noexcept {
        while (!ready())
            sleep();
        return true;
    }
    void notify(awaited) noexcept {}

private:
    [[gnu::target("waitpkg")]] static void sleep() noexcept {
        constexpr std::uint64_t between_looks_ticks = 200;
        _tpause(light_sleep_c01, __builtin_ia32_rdtsc() + between_looks_ticks);
    }
};

#else

using umwait_wait = spin_wait;  // never used: waitpkg_unavailable() says why
using tpause_wait = spin_wait;

#endif

}  // namespace ipcmark
