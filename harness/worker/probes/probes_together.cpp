#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "harness/base/clock.hpp"
#include "harness/endpoints/storages.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/endpoints/wakeups/eventfd.hpp"
#include "harness/endpoints/wakeups/futex.hpp"
#include "harness/endpoints/wakeups/pipe.hpp"
#include "harness/stats/order.hpp"
#include "harness/worker/probes/probes.hpp"

namespace ipcmark::floors {

namespace {

// A clock reading must not show beside a block.
constexpr std::uint64_t line_block = 64;
constexpr std::uint64_t wake_block = 1;
constexpr std::uint64_t warm_up_exchanges = 256;

struct stop_line {
    alignas(128) std::atomic<std::uint64_t> last;  // 0: not known yet
};

/// Times blocks of exchange(i), i = 1, 2, ...; the producer's part. Nanoseconds of one exchange:
/// the median over blocks, as cells give medians, so that a busy neighbour moves both alike.
template <class Exchange>
double lead(stop_line& stop, std::int64_t span_ns, std::uint64_t block, Exchange exchange) {
    constexpr std::size_t blocks_at_most = std::size_t{1} << 16;
    std::vector<double> figures;
    figures.reserve(blocks_at_most);
    std::uint64_t i = 0;
    while (i < warm_up_exchanges)
        exchange(++i);
    std::uint64_t before = shared_clock::raw_ns();
    const std::uint64_t end = before + static_cast<std::uint64_t>(span_ns);
    while (before < end && figures.size() < blocks_at_most) {
        for (std::uint64_t n = 0; n < block; ++n)
            exchange(++i);
        const std::uint64_t now = shared_clock::raw_ns();
        figures.push_back(static_cast<double>(now - before) / static_cast<double>(block));
        before = now;
    }
    stop.last.store(i + 1, std::memory_order_release);
    exchange(i + 1);
    return median(std::move(figures));
}

template <class Answer>
void follow(const stop_line& stop, Answer answer) {
    for (std::uint64_t i = 1;; ++i) {
        answer(i);
        const std::uint64_t last = stop.last.load(std::memory_order_acquire);
        if (last != 0 && i >= last) return;
    }
}

}  // namespace

/// Both directions on one line: the producer writes odd numbers, the consumer the even ones, so
/// the line changes sides twice in a round trip and nothing else moves. After core-to-core-latency
/// (Viennot), with processes.
double line_round_trip(setup& cell, std::int64_t span_ns) {
    struct words {
        alignas(128) std::atomic<std::uint64_t> line;
        stop_line stop;
    };
    const mapping memory = memfd_storage(cell, sizeof(words));
    auto& shared = *reinterpret_cast<words*>(memory.data());
    const auto await = [&](std::uint64_t value) {
        while (shared.line.load(std::memory_order_acquire) != value)
            pause_cpu();
    };
    double ns = 0;
    if (cell.producer())
        ns = lead(shared.stop, span_ns, line_block, [&](std::uint64_t i) {
            shared.line.store(2 * i - 1, std::memory_order_release);
            await(2 * i);
        });
    else
        follow(shared.stop, [&](std::uint64_t i) {
            await(2 * i - 1);
            shared.line.store(2 * i, std::memory_order_release);
        });
    cell.peer.meet();
    return ns;
}

namespace {

/// Half a round trip of two processes that sleep until the other wakes them by `Wakeup`.
template <class Wakeup>
double hand_over(setup& cell, std::int64_t span_ns) {
    using wakeup_state = typename Wakeup::shared;
    struct words {
        wakeup_state there;
        wakeup_state back;
        stop_line stop;
    };
    const mapping memory = memfd_storage(cell, sizeof(words));
    auto& shared = *reinterpret_cast<words*>(memory.data());
    Wakeup there(cell, direction::forward, shared.there);
    Wakeup back(cell, direction::backward, shared.back);
    double ns = 0;
    if (cell.producer())
        ns = lead(shared.stop, span_ns, wake_block, [&](std::uint64_t) {
            there.post();
            back.wait();
        });
    else
        follow(shared.stop, [&](std::uint64_t) {
            there.wait();
            back.post();
        });
    cell.peer.meet();
    return ns / 2;
}

}  // namespace

/// The kernel's ways to wake a sleeper differ by some percent, and which is fastest differs between
/// machines. A floor is the fastest.
double wake_up(setup& cell, std::int64_t span_ns) {
    return std::min({hand_over<futex_wakeup>(cell, span_ns / 3),
                     hand_over<eventfd_counter_wakeup>(cell, span_ns / 3),
                     hand_over<pipe_wakeup>(cell, span_ns / 3)});
}

}  // namespace ipcmark::floors
