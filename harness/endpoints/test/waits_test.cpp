#include "harness/endpoints/waits.hpp"

#include <array>
#include <atomic>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "harness/endpoints/shm_ring.hpp"

namespace ipcmark {
namespace {

setup side_of(rendezvous& nobody, role side) {
    return {{.side = side}, nobody};
}

/// The futex, with its posts counted.
struct counted_wakeup : futex_wakeup {
    static inline std::atomic<int> posts{0};
    using futex_wakeup::futex_wakeup;
    void post() noexcept {
        posts.fetch_add(1, std::memory_order_relaxed);
        futex_wakeup::post();
    }
};

using counted_wait = doorbell_wait<counted_wakeup>;

struct doorbell : testing::Test {
    counted_wait::shared memory{};
    rendezvous nobody{unique_fd()};
    setup producers = side_of(nobody, role::producer);
    setup consumers = side_of(nobody, role::consumer);
    counted_wait producer{producers, memory};
    counted_wait consumer{consumers, memory};

    doorbell() { counted_wakeup::posts.store(0, std::memory_order_relaxed); }
    static int posts() { return counted_wakeup::posts.load(std::memory_order_relaxed); }
};

TEST_F(doorbell, is_rung_for_what_the_sleeper_waits_for_and_for_nothing_else) {
    for (const awaited what : {awaited::message, awaited::space}) {
        const awaited other = what == awaited::message ? awaited::space : awaited::message;
        const int before = posts();
        std::atomic<bool> there{false};
        std::thread sleeper([&] {
            consumer.until(what, [&]() noexcept { return there.load(std::memory_order_acquire); });
        });
        while (memory.consumer.sleeps_for.load(std::memory_order_acquire) == 0)
            std::this_thread::yield();
        producer.notify(other);
        EXPECT_EQ(posts(), before);
        there.store(true, std::memory_order_release);
        producer.notify(what);
        sleeper.join();
        // None is needed when the sleeper took its announcement back in time.
        EXPECT_LE(posts(), before + 1);
        producer.notify(what);
        EXPECT_LE(posts(), before + 1) << "nobody sleeps any more";
    }
}

/// Two posts a round trip, one for each message: the freed slots ring nothing, though each of so
/// few is published at once. Fewer where a side finds its message before it sleeps.
TEST_F(doorbell, is_not_rung_by_slots_that_nobody_waits_for) {
    constexpr std::size_t payload_bytes = std::size_t{64} << 10;
    constexpr std::size_t depth = 4;
    constexpr int round_trips = 200;
    using ring = shm_ring<counted_wait>;
    struct alignas(128) line {
        std::array<std::byte, 128> bytes;
    };
    std::vector<line> forward(ring::bytes_for(payload_bytes, depth) / sizeof(line) + 1);
    std::vector<line> backward(forward.size());
    const auto at = [](std::vector<line>& lines) { return lines.front().bytes.data(); };
    ring to_consumer(at(forward), payload_bytes, depth, true, producer);
    ring to_producer(at(backward), payload_bytes, depth, true, producer);
    std::thread server([&] {
        ring requests(at(forward), payload_bytes, depth, false, consumer);
        ring replies(at(backward), payload_bytes, depth, false, consumer);
        for (int i = 0; i < round_trips; ++i) {
            requests.recv([](readable) {});
            replies.send([](writable) {});
        }
    });
    for (int i = 0; i < round_trips; ++i) {
        to_consumer.send([](writable) {});
        to_producer.recv([](readable) {});
    }
    server.join();
    EXPECT_LE(posts(), 2 * round_trips);
}

/// The waiter has announced that it sleeps, and three posts come before it does.
struct calls_of_a_slow_waiter {
    static inline basic_futex_wakeup<calls_of_a_slow_waiter>* poster = nullptr;
    static inline int waits = 0;
    static inline int wakes = 0;

    static void wait(std::atomic<std::uint32_t>&, std::uint32_t) noexcept {
        ++waits;
        for (int i = 0; i < 3; ++i)
            poster->post();
    }
    static void wake(std::atomic<std::uint32_t>&) noexcept { ++wakes; }
};

TEST(futex_wakeup, is_called_once_for_an_announcement_however_many_posts_come) {
    using wakeup = basic_futex_wakeup<calls_of_a_slow_waiter>;
    rendezvous nobody{unique_fd()};
    setup cell = side_of(nobody, role::producer);
    wakeup::shared memory;
    wakeup poster(cell, direction::forward, memory);
    wakeup waiter(cell, direction::forward, memory);
    calls_of_a_slow_waiter::poster = &poster;
    for (int i = 0; i < 6; ++i)
        EXPECT_TRUE(waiter.wait());
    EXPECT_EQ(calls_of_a_slow_waiter::waits, 2);
    EXPECT_EQ(calls_of_a_slow_waiter::wakes, 2);
    poster.post();
    EXPECT_TRUE(waiter.wait());
    EXPECT_EQ(calls_of_a_slow_waiter::wakes, 2) << "nobody slept";
}

TEST(futex_wakeup, loses_no_post_between_threads) {
    constexpr int posts = 100'000;
    rendezvous nobody{unique_fd()};
    setup cell = side_of(nobody, role::producer);
    futex_wakeup::shared there;
    futex_wakeup::shared back;
    std::thread waiter([&] {
        futex_wakeup awaited(cell, direction::forward, there);
        futex_wakeup answer(cell, direction::backward, back);
        for (int i = 0; i < posts; ++i) {
            awaited.wait();
            if (i % 8 == 7) answer.post();
        }
    });
    futex_wakeup post(cell, direction::forward, there);
    futex_wakeup answer(cell, direction::backward, back);
    for (int i = 0; i < posts; ++i) {
        post.post();
        if (i % 8 == 7) answer.wait();
    }
    waiter.join();
}

/// Instead of sleeping, says how often it would have.
struct counted_sleep {
    using shared = nothing_shared;
    int sleeps = 0;
    counted_sleep(setup&, shared&) {}
    template <class Ready>
    bool until(awaited, Ready) {
        ++sleeps;
        return true;
    }
};

TEST(spin_then_wait, sleeps_once_its_budget_is_spent_and_not_before_it_has_looked) {
    using wait = spin_then_wait<counted_sleep, 50'000>;
    rendezvous nobody{unique_fd()};
    setup cell = side_of(nobody, role::producer);
    nothing_shared memory;
    wait waiter(cell, memory);
    EXPECT_EQ(cell.notes.at("spin_budget_ns"), 50'000);
    int looks = 0;
    EXPECT_TRUE(waiter.until(awaited::message, [&]() noexcept { return ++looks == 50; }));
    EXPECT_EQ(looks, 50);
    EXPECT_EQ(waiter.sleeps, 0);
    EXPECT_TRUE(waiter.until(awaited::message, [&]() noexcept { return false; }));
    EXPECT_EQ(waiter.sleeps, 1);
}

}  // namespace
}  // namespace ipcmark
