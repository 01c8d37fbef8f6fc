#include "bench/designs/ring.hpp"

#include <atomic>
#include <climits>
#include <linux/futex.h>
#include <sys/syscall.h>

#include "bench/designs/bare.hpp"

namespace bare {

namespace {

/// How far a side has come, and whether the other waits for it to come further.
struct progress {
    alignas(128) std::atomic<std::uint32_t> count{0};
    alignas(128) std::atomic<std::uint32_t> is_awaited{0};
};

void pause_cpu() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// One writer, one reader, messages in the memory of both.
class ring {
public:
    explicit ring(std::size_t payload_bytes)
        : stride_((payload_bytes + 63) / 64 * 64),
          slots_(payload_bytes < large_bytes ? 16 : 4),
          written_(shared<progress>()),
          read_(shared<progress>()),
          memory_(shared_bytes(slots_ * stride_)) {}

    std::byte* free_slot(bool sleeps) {
        await(*read_, sleeps, [this](std::uint32_t read) { return sent_ - read < slots_; });
        return at(sent_);
    }
    void publish() { advance(*written_, ++sent_); }
    const std::byte* next(bool sleeps) {
        await(*written_, sleeps, [this](std::uint32_t written) { return written != taken_; });
        return at(taken_);
    }
    void release() { advance(*read_, ++taken_); }

private:
    std::byte* at(std::uint32_t number) const { return memory_ + number % slots_ * stride_; }

    /// Announced, looked at again, and only then slept for: the other side counts before it looks
    /// for the announcement.
    template <class Enough>
    static void await(progress& of, bool sleeps, Enough enough) {
        for (;;) {
            std::uint32_t seen = of.count.load(std::memory_order_acquire);
            if (enough(seen)) return;
            if (!sleeps) {
                pause_cpu();
                continue;
            }
            of.is_awaited.store(1, std::memory_order_seq_cst);
            seen = of.count.load(std::memory_order_seq_cst);
            if (enough(seen)) return;
            ::syscall(SYS_futex, &of.count, FUTEX_WAIT, seen, nullptr, nullptr, 0);
        }
    }
    static void advance(progress& of, std::uint32_t to) {
        of.count.store(to, std::memory_order_seq_cst);
        if (of.is_awaited.load(std::memory_order_seq_cst) == 0) return;
        of.is_awaited.store(0, std::memory_order_relaxed);
        ::syscall(SYS_futex, &of.count, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
    }

    static constexpr std::size_t large_bytes = 1 << 20;

    std::size_t stride_;
    std::uint32_t slots_;  // a power of two: counts go round
    progress* written_;
    progress* read_;
    std::byte* memory_;
    std::uint32_t sent_ = 0;
    std::uint32_t taken_ = 0;
};

class ring_channel : public channel {
public:
    ring_channel(const ring& in, const ring& out, bool sleeps)
        : in_(in), out_(out), sleeps_(sleeps) {}
    std::byte* slot() override { return out_.free_slot(sleeps_); }
    void send() override { out_.publish(); }
    const std::byte* receive() override { return in_.next(sleeps_); }
    void done() override { in_.release(); }

private:
    ring in_;
    ring out_;
    bool sleeps_;
};

}  // namespace

channel_ends over_rings(std::size_t payload_bytes, bool sleeps) {
    const ring there(payload_bytes);
    const ring back(payload_bytes);
    return {std::make_unique<ring_channel>(back, there, sleeps),
            std::make_unique<ring_channel>(there, back, sleeps)};
}

}  // namespace bare
