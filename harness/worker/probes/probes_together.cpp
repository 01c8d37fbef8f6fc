#include <algorithm>
#include <atomic>
#include <vector>

#include "harness/base/clock.hpp"
#include "harness/endpoints/storages.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/endpoints/wakeups/eventfd.hpp"
#include "harness/endpoints/wakeups/futex.hpp"
#include "harness/endpoints/wakeups/pipe.hpp"
#include "harness/stats/order.hpp"
#include "harness/worker/payload.hpp"
#include "harness/worker/probes/probes.hpp"

namespace ipcmark::floors {

namespace {

// A clock reading must not show beside a block.
constexpr std::uint64_t line_block = 64;
constexpr std::uint64_t wake_block = 1;
// What a cell does before it is timed (effort.hpp): 20 ms, and a thousand exchanges, which are some
// 80 ms where both sides sleep. Wake-ups are quicker for some 50 ms after a process was started.
constexpr std::int64_t settle_ns = 20'000'000;
constexpr std::int64_t settle_sleeping_ns = 80'000'000;

struct stop_line {
    alignas(128) std::atomic<std::uint64_t> last;  // 0: not known yet
};

/// How long something goes on untimed, then timed, and how many exchanges are between two clock
/// readings.
struct effort_of_probe {
    std::int64_t settle_ns;
    std::int64_t span_ns;
    std::uint64_t block;
};

/// Times blocks of exchange(i), i = 1, 2, ...; the producer's part. Nanoseconds of one exchange, of
/// each block.
template <class Exchange>
std::vector<double> lead_all(stop_line& stop, const effort_of_probe& work, Exchange exchange) {
    constexpr std::size_t blocks_at_most = std::size_t{1} << 16;
    std::vector<double> figures;
    figures.reserve(blocks_at_most);
    std::uint64_t i = 0;
    const auto exchange_block = [&] {
        for (std::uint64_t n = 0; n < work.block; ++n)
            exchange(++i);
        return shared_clock::raw_ns();
    };
    std::uint64_t before = shared_clock::raw_ns();
    const std::uint64_t begin = before + static_cast<std::uint64_t>(work.settle_ns);
    while (before < begin)
        before = exchange_block();
    const std::uint64_t end = before + static_cast<std::uint64_t>(work.span_ns);
    while (before < end && figures.size() < blocks_at_most) {
        const std::uint64_t now = exchange_block();
        figures.push_back(static_cast<double>(now - before) / static_cast<double>(work.block));
        before = now;
    }
    stop.last.store(i + 1, std::memory_order_release);
    exchange(i + 1);
    return figures;
}

/// The median over blocks, as cells give medians, so that a busy neighbour moves both alike.
template <class Exchange>
double lead(stop_line& stop, const effort_of_probe& work, Exchange exchange) {
    return median(lead_all(stop, work, exchange));
}

/// What a quarter of the blocks stay below. Where processes that send one way get the CPUs in
/// turns, the sender fills the ring at once and then waits for a time slice, so that up to half of
/// the blocks are time slices.
template <class Exchange>
double lead_one_way(stop_line& stop, const effort_of_probe& work, Exchange exchange) {
    auto figures = lead_all(stop, work, exchange);
    const auto quarter = figures.begin() + static_cast<std::ptrdiff_t>(figures.size() / 4);
    std::nth_element(figures.begin(), quarter, figures.end());
    return quarter == figures.end() ? 0 : *quarter;
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
        ns = lead(shared.stop, {settle_ns, span_ns, line_block}, [&](std::uint64_t i) {
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
        ns = lead(shared.stop, {settle_sleeping_ns, span_ns, wake_block}, [&](std::uint64_t) {
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

double futex_wake(setup& cell, std::int64_t span_ns) {
    return hand_over<futex_wakeup>(cell, span_ns);
}

double eventfd_wake(setup& cell, std::int64_t span_ns) {
    return hand_over<eventfd_counter_wakeup>(cell, span_ns);
}

double pipe_wake(setup& cell, std::int64_t span_ns) {
    return hand_over<pipe_wakeup>(cell, span_ns);
}

/// A ring with nothing around it. Its blocks are written and read as messages are, so that no
/// mechanism does less work for a block than this.
double transfer(setup& cell, std::int64_t span_ns) {
    struct words {
        alignas(128) std::atomic<std::uint64_t> written;
        alignas(128) std::atomic<std::uint64_t> taken;
        stop_line stop;
    };
    // As cells have it by default, so that both sides work at the same time.
    constexpr std::size_t bytes_ahead = std::size_t{1} << 20;
    constexpr std::size_t blocks_at_least = 16;
    const std::size_t bytes = cell.payload_bytes;
    const std::size_t slot_bytes = (bytes + 127) / 128 * 128;
    const std::size_t slots = std::max(bytes_ahead / slot_bytes, blocks_at_least);
    const mapping memory = memfd_storage(cell, sizeof(words) + slots * slot_bytes);
    auto& shared = *reinterpret_cast<words*>(memory.data());
    const auto block = [&](std::uint64_t i) {
        return memory.data() + sizeof(words) + i % slots * slot_bytes;
    };
    const payload_plan plan{touch::rw, bytes, 1, false};
    double ns = 0;
    if (cell.producer()) {
        payload_writer out(plan);
        std::uint64_t taken = 0;
        const auto full = [&](std::uint64_t i) {
            if (i <= taken + slots) return false;
            taken = shared.taken.load(std::memory_order_acquire);
            return i > taken + slots;
        };
        // Longer than what the producer can be ahead: what one side does alone is no rate of both.
        const std::uint64_t timed = 4 * slots;
        ns = lead_one_way(shared.stop, {settle_ns, span_ns, timed}, [&](std::uint64_t i) {
            while (full(i))
                pause_cpu();
            out.write({block(i), bytes});
            shared.written.store(i, std::memory_order_release);
        });
    } else {
        payload_checker in(plan, sequence_rule::strict);
        std::uint64_t written = 0;
        follow(shared.stop, [&](std::uint64_t i) {
            while (written < i) {
                written = shared.written.load(std::memory_order_acquire);
                if (written < i) pause_cpu();
            }
            in.check({block(i), bytes});
            shared.taken.store(i, std::memory_order_release);
        });
    }
    cell.peer.meet();
    return ns > 0 ? static_cast<double>(bytes) / ns * 1e9 : 0;
}

}  // namespace ipcmark::floors
