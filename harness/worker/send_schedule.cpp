#include "harness/worker/send_schedule.hpp"

#include <new>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark {

send_log send_log::create(rendezvous& peer, const std::string& name, std::size_t messages) {
    const std::size_t bytes = sizeof(header) + messages * sizeof(stamps);
    const unique_fd file = make_memfd(name + ".send_log", bytes);
    send_log made(mapping::shared(file.get(), bytes));
    new (made.memory_.data()) header{};
    made.head().messages.store(messages, std::memory_order_release);
    peer.give(file.get());
    return made;
}

send_log send_log::open(rendezvous& peer) {
    const unique_fd file = peer.take();
    struct stat about {};
    checked(::fstat(file.get(), &about), "fstat");
    return send_log(mapping::shared(file.get(), static_cast<std::size_t>(about.st_size)));
}

std::size_t send_log::capacity() const noexcept {
    return head().messages.load(std::memory_order_acquire);
}

void due_times::advance() {
    due_ += pace_.poisson ? interval_ticks_ * gap_(random_) : interval_ticks_;
}

std::uint64_t wait_until(const shared_clock& clock, std::uint64_t due, bool may_spin) {
    constexpr std::int64_t spun_ns = 60'000;  // longer than a wake-up from a timer takes
    std::uint64_t spun_since = 0;
    for (;;) {
        const std::uint64_t now = clock.now();
        const std::int64_t left_ns = clock.to_ns(now, due);
        if (left_ns <= 0) return spun_since == 0 ? 0 : now - spun_since;
        const std::int64_t sleep_ns = may_spin ? left_ns - spun_ns : left_ns;
        if (sleep_ns > spun_ns || (!may_spin && sleep_ns > 0)) {
            const timespec span{sleep_ns / 1'000'000'000, sleep_ns % 1'000'000'000};
            ::clock_nanosleep(CLOCK_MONOTONIC, 0, &span, nullptr);
        } else if (spun_since == 0) {
            spun_since = now;
        }
    }
}

void sleep_exactly() {
    ::prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
}

}  // namespace ipcmark
