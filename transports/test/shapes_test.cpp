// The channels in shared memory, between threads (so that the thread sanitizer sees them), and
// between processes where it takes a death.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "transports/parts/byte_ring.hpp"
#include "transports/parts/latest_buffers.hpp"
#include "transports/parts/mpmc_ring.hpp"
#include "transports/parts/mutex_slot.hpp"
#include "transports/parts/packed_ring.hpp"
#include "transports/parts/seqlock.hpp"

namespace ipcmark {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Not a multiple of a word or a line.
constexpr std::size_t payload_bytes = 203;

/// Every byte of a message is made of its number, so that two of them mixed show.
void write_number(writable bytes, std::uint32_t number) {
    std::memcpy(bytes.data(), &number, sizeof number);
    std::fill(bytes.begin() + sizeof number, bytes.end(), static_cast<std::byte>(number * 151));
}

std::uint32_t read_number(readable bytes) {
    std::uint32_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    const auto rest = static_cast<std::byte>(number * 151);
    const bool whole = std::all_of(bytes.begin() + sizeof number, bytes.end(),
                                   [rest](std::byte each) { return each == rest; });
    EXPECT_TRUE(whole) << "message " << number << " is torn";
    return number;
}

/// One channel in memory that forked processes share, too.
template <class Channel>
class shared_channel {
public:
    explicit shared_channel(std::size_t depth) : depth_(depth), bytes_(bytes_for()) {
        memory_ =
            ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        make({.fresh = true, .writes = true});  // what lies in the memory
    }
    ~shared_channel() { ::munmap(memory_, bytes_); }
    shared_channel(const shared_channel&) = delete;
    shared_channel& operator=(const shared_channel&) = delete;

    /// Each thread makes its own end.
    std::unique_ptr<Channel> end(bool writes) { return make({.fresh = false, .writes = writes}); }

private:
    setup cell() { return {{.payload_bytes = payload_bytes, .depth = depth_}, nobody_}; }
    std::size_t bytes_for() { return Channel::bytes_for(cell()); }
    std::unique_ptr<Channel> make(channel_end which) {
        setup mine = cell();
        return std::make_unique<Channel>(std::span(static_cast<std::byte*>(memory_), bytes_), mine,
                                         which);
    }

    std::size_t depth_;
    rendezvous nobody_{unique_fd()};
    std::size_t bytes_;
    void* memory_ = nullptr;
};

template <class Channel>
class a_queue : public testing::Test {};
using queues = testing::Types<byte_ring, mpmc_ring, mutex_slot, packed_ring>;
TYPED_TEST_SUITE(a_queue, queues);

TYPED_TEST(a_queue, hands_every_message_over_whole_and_in_order) {
    constexpr std::uint32_t messages = 2'000;
    shared_channel<TypeParam> channel(64);
    std::atomic<int> there{0};  // who looks for a sign of life must not come first
    const auto meet = [&there] {
        there.fetch_add(1, std::memory_order_acq_rel);
        while (there.load(std::memory_order_acquire) % 2 != 0)
            std::this_thread::yield();
    };
    std::thread writer([&] {
        const auto end = channel.end(true);
        meet();
        for (std::uint32_t i = 0; i < messages; ++i)
            end->send([i](writable bytes) { write_number(bytes, i); });
        meet();
    });
    const auto end = channel.end(false);
    meet();
    for (std::uint32_t i = 0; i < messages; ++i) {
        std::uint32_t number = ~0u;
        ASSERT_TRUE(end->recv([&](readable bytes) { number = read_number(bytes); }));
        ASSERT_EQ(number, i);
    }
    meet();
    writer.join();
}

TEST(a_queue_for_many, hands_each_message_to_one) {
    constexpr std::uint32_t each = 2'000;
    shared_channel<mpmc_ring> channel(8);
    std::array<std::atomic<int>, std::size_t{2} * each> times{};
    std::vector<std::thread> threads;
    for (std::uint32_t who = 0; who < 2; ++who) {
        threads.emplace_back([&channel, who] {
            const auto end = channel.end(true);
            for (std::uint32_t i = 0; i < each; ++i)
                end->send([&](writable bytes) { write_number(bytes, who * each + i); });
        });
        threads.emplace_back([&channel, &times] {
            const auto end = channel.end(false);
            std::array<std::uint32_t, 2> next{0, each};
            for (std::uint32_t i = 0; i < each; ++i)
                end->recv([&](readable bytes) {
                    const std::uint32_t number = read_number(bytes);
                    ASSERT_LT(number, 2 * each);
                    times[number].fetch_add(1, std::memory_order_relaxed);
                    EXPECT_GE(number, next[number / each]) << "one writer's came out of order";
                    next[number / each] = number;
                });
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    for (const auto& count : times)
        ASSERT_EQ(count.load(std::memory_order_relaxed), 1);
}

template <class Channel>
class a_latest_value : public testing::Test {};
using latest_values =
    testing::Types<seqlock, latest_buffers<two_buffers>, latest_buffers<three_buffers>>;
TYPED_TEST_SUITE(a_latest_value, latest_values);

TYPED_TEST(a_latest_value, is_never_torn_nor_older_and_the_last_one_is_seen) {
    constexpr std::uint32_t values = 20'000;
    shared_channel<TypeParam> channel(1);
    std::thread writer([&] {
        const auto end = channel.end(true);
        for (std::uint32_t i = 1; i <= values; ++i) {
            end->send([i](writable bytes) { write_number(bytes, i); });
            if (i % 64 == 0) std::this_thread::yield();
        }
    });
    const auto end = channel.end(false);
    std::uint32_t last = 0;
    while (last < values)
        end->recv([&](readable bytes) {
            const std::uint32_t number = read_number(bytes);
            EXPECT_GT(number, last);
            last = number;
        });
    writer.join();
    EXPECT_FALSE(end->recv([](readable) {})) << "there is nothing newer";
}

/// Runs `part` in a forked process; returns its pid.
template <class Part>
pid_t run_in_child(Part part) {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    part();
    ::_exit(0);
}

TEST(a_mutex_slot, lets_its_peer_notice_a_death_at_any_instant) {
    constexpr int deaths = 24;
    std::mt19937 random(20'240'229);
    for (int death = 0; death < deaths; ++death) {
        const bool writer_dies = death % 2 == 0;
        shared_channel<mutex_slot> channel(1);
        const auto use = [&channel](bool writes) {
            const auto end = channel.end(writes);
            for (std::uint32_t i = 0;; ++i)
                if (writes)
                    end->send([i](writable bytes) { write_number(bytes, i); });
                else if (!end->recv([](readable bytes) { read_number(bytes); }))
                    return;
        };
        const pid_t doomed = run_in_child([&] { use(writer_dies); });
        const pid_t survivor = run_in_child([&] {
            try {
                use(!writer_dies);
            } catch (const peer_gone&) {
            }
            ::_exit(testing::Test::HasFailure() ? 1 : 42);
        });
        std::this_thread::sleep_for(std::chrono::microseconds(2'000 + random() % 2'000));
        ::kill(doomed, SIGKILL);
        ::waitpid(doomed, nullptr, 0);
        const auto since = steady_clock::now();
        int ended = 0;
        while (::waitpid(survivor, &ended, WNOHANG) == 0 &&
               steady_clock::now() - since < milliseconds(1'000))
            std::this_thread::sleep_for(milliseconds(1));
        const bool noticed = WIFEXITED(ended) && WEXITSTATUS(ended) == 42;
        EXPECT_TRUE(noticed) << "death " << death;
        if (noticed) continue;
        ::kill(survivor, SIGKILL);
        ::waitpid(survivor, nullptr, 0);
    }
}

}  // namespace
}  // namespace ipcmark
