#include "bench/baselines/loops.hpp"

#include <atomic>
#include <cstring>
#include <linux/futex.h>
#include <new>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include "bench/baselines/forked_pair.hpp"
#include "bench/baselines/queues.hpp"
#include "harness/base/clock.hpp"
#include "harness/base/posix/affinity.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/endpoints/waits.hpp"

namespace ipcmark {

namespace {

/// One cache line each way, 128 bytes apart.
double two_cache_lines(std::array<int, 2> cpus, std::int64_t span_ns) {
    auto* words = share<shared_words>();
    const auto leader = [&] {
        return time_round_trips(words, span_ns, [&](std::uint64_t i) {
            words->there.store(i + 1, std::memory_order_release);
            while (words->back.load(std::memory_order_acquire) != i + 1)
                pause_cpu();
        });
    };
    const auto follower = [&] {
        answer_until_stopped(words, [&](std::uint64_t i) {
            while (words->there.load(std::memory_order_acquire) != i + 1)
                pause_cpu();
            words->back.store(i + 1, std::memory_order_release);
        });
    };
    return run_pair(cpus, words, leader, follower);
}

/// One cache line that carries both directions.
double one_cache_line(std::array<int, 2> cpus, std::int64_t span_ns) {
    auto* words = share<shared_words>();
    const auto leader = [&] {
        return time_round_trips(words, span_ns, [&](std::uint64_t i) {
            words->there.store(2 * i + 1, std::memory_order_release);
            while (words->there.load(std::memory_order_acquire) != 2 * i + 2)
                pause_cpu();
        });
    };
    const auto follower = [&] {
        answer_until_stopped(words, [&](std::uint64_t i) {
            while (words->there.load(std::memory_order_acquire) != 2 * i + 1)
                pause_cpu();
            words->there.store(2 * i + 2, std::memory_order_release);
        });
    };
    return run_pair(cpus, words, leader, follower);
}

void futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value) {
    ::syscall(SYS_futex, &word, operation, value, nullptr, nullptr, 0);
}

double futex_round_trip(std::array<int, 2> cpus, std::int64_t span_ns) {
    auto* words = share<shared_words>();
    const auto post = [](std::atomic<std::uint32_t>& word, std::uint64_t i) {
        word.store(static_cast<std::uint32_t>(i + 1), std::memory_order_release);
        futex(word, FUTEX_WAKE, 1);
    };
    const auto await = [](std::atomic<std::uint32_t>& word, std::uint64_t i) {
        while (word.load(std::memory_order_acquire) != static_cast<std::uint32_t>(i + 1))
            futex(word, FUTEX_WAIT, static_cast<std::uint32_t>(i));
    };
    const auto leader = [&] {
        return time_round_trips(words, span_ns, [&](std::uint64_t i) {
            post(words->futex_there, i);
            await(words->futex_back, i);
        });
    };
    const auto follower = [&] {
        answer_until_stopped(words, [&](std::uint64_t i) {
            await(words->futex_there, i);
            post(words->futex_back, i);
        });
    };
    return run_pair(cpus, words, leader, follower);
}

/// A queue in shared memory, 64-byte messages by value, both sides spinning.
template <class Queue>
double queue_stream(std::array<int, 2> cpus, std::int64_t span_ns) {
    auto* words = share<shared_words>();
    auto* channel = share<Queue>();
    constexpr std::uint64_t batch = 1024;
    const auto leader = [&] {
        const std::uint64_t start = shared_clock::raw_ns();
        std::uint64_t sent = 0;
        small_message m{};
        while (shared_clock::raw_ns() - start < static_cast<std::uint64_t>(span_ns))
            for (std::uint64_t n = 0; n < batch; ++n) {
                for (std::uint64_t& word : m.words)
                    word = sent;
                while (!channel->push(m))
                    pause_cpu();
                ++sent;
            }
        words->stop_after.store(sent, std::memory_order_release);
        while (words->back.load(std::memory_order_acquire) == 0)
            pause_cpu();
        const std::uint64_t end = words->there.load(std::memory_order_relaxed);
        return static_cast<double>(sent) / static_cast<double>(end - start) * 1e9;
    };
    const auto follower = [&] {
        std::uint64_t sum = 0;
        const auto read = [&sum](const small_message& m) {
            for (const std::uint64_t word : m.words)
                sum += word;
        };
        for (std::uint64_t got = 0; got < words->stop_after.load(std::memory_order_acquire);)
            if (channel->consume_one(read))
                ++got;
            else
                pause_cpu();
        words->futex_back.store(static_cast<std::uint32_t>(sum), std::memory_order_relaxed);
        words->there.store(shared_clock::raw_ns(), std::memory_order_relaxed);
        words->back.store(1, std::memory_order_release);
    };
    const double figure = run_pair(cpus, words, leader, follower);
    ::munmap(channel, sizeof(Queue));
    return figure;
}

}  // namespace

std::vector<bare_loop> bare_loops() {
    std::vector<bare_loop> all{
        {"one cache line", "shm_ring_spin", 8, false, one_cache_line},
        {"two cache lines", "shm_ring_spin", 8, false, two_cache_lines},
        {"futex", "shm_ring_futex", 64, false, futex_round_trip},
        {"boost spsc_queue", "shm_packed_spin", 64, true, queue_stream<boost_queue>},
        {"rigtorp's queue", "shm_packed_spin", 64, true, queue_stream<rigtorp_style_queue>}};
    for (auto& loop : bare_kernel_loops())
        all.push_back(std::move(loop));
    return all;
}

double memcpy_bandwidth(int cpu, std::size_t block_bytes, std::int64_t span_ns) {
    pin_to(cpu);
    std::vector<std::byte> from(block_bytes, std::byte{1});
    std::vector<std::byte> to(block_bytes);
    const std::uint64_t start = shared_clock::raw_ns();
    std::uint64_t now = start;
    std::uint64_t blocks = 0;
    for (; now - start < static_cast<std::uint64_t>(span_ns); ++blocks) {
        std::memcpy(to.data(), from.data(), block_bytes);
        asm volatile("" ::"r"(to.data()) : "memory");
        now = shared_clock::raw_ns();
    }
    return static_cast<double>(blocks * block_bytes) / static_cast<double>(now - start) * 1e9;
}

}  // namespace ipcmark
