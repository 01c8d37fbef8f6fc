#include <csignal>
#include <cstring>

#include "harness/endpoints/wakeups/signals.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

/// sigqueue(3) with a real-time signal that carries the 8 bytes of its value, taken by
/// sigwaitinfo(2). Queued one by one in order up to RLIMIT_SIGPENDING; there the sender polls.
struct signal_queue {
    static constexpr transport_info info{
        .name = "signal_queue",
        .summary = "real-time signals, queued, with their 8-byte value",
        .family = "notifications",
        .reference = "sigqueue(3)",
        .payload = {sizeof(sigval), sizeof(sigval)},
        .facts = {.message_boundaries = true,
                  .duplex = true,
                  .unrelated_processes = true,
                  .fan_in = true,
                  .survives_producer_exit = true,
                  .back_pressure = false,
                  .control = access::same_user},
    };

    explicit signal_queue(setup& cell)
        : outgoing_(real_time_signal(cell.producer() ? direction::forward : direction::backward)) {
        const int incoming =
            real_time_signal(cell.producer() ? direction::backward : direction::forward);
        ::sigemptyset(&incoming_);
        ::sigaddset(&incoming_, incoming);
        block_signal(incoming);
        peer_ = exchange_pids(cell);
    }

    template <class Fill>
    void send(Fill fill) {
        sigval value{};
        fill(writable(reinterpret_cast<std::byte*>(&value), sizeof value));
        queue_signal(peer_, outgoing_, value);
    }

    template <class Consume>
    bool recv(Consume consume) {
        siginfo_t taken;
        while (::sigwaitinfo(&incoming_, &taken) < 0)
            if (errno != EINTR) throw_errno("sigwaitinfo");
        consume(readable(reinterpret_cast<const std::byte*>(&taken.si_value), sizeof(sigval)));
        return true;
    }

private:
    int outgoing_;
    sigset_t incoming_;
    pid_t peer_ = 0;
};

void register_signal_queue(registry& all) {
    all.add<signal_queue>();
}

}  // namespace ipcmark::transports
