#include <chrono>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <thread>

#include "harness/endpoints/shm_ring.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/loops/dispatch.hpp"
#include "harness/worker/loops/inside.hpp"
#include "harness/worker/shared_state_region.hpp"

namespace ipcmark {
namespace {

template <class End>
void stream_to(End& end, session& run, rendezvous& peer) {
    loops::single_stream stream(end, run);
    loops::one_way_consumer(stream, run, peer);
}

/// Two rings in one process: the loops do not know that their peer is a thread here.
struct ring_end {
    static constexpr transport_info info{
        .name = "ring_end", .summary = "", .family = "", .reference = ""};
    shm_ring<futex_wait>* out;
    shm_ring<futex_wait>* in;

    template <class Fill>
    void send(Fill fill) {
        out->send(fill);
    }
    template <class Consume>
    bool recv(Consume consume) {
        return in->recv(consume);
    }
};

/// A library-owned server loop: answers each request from inside serve.
struct serving_end : ring_end {
    template <class Handler>
    void serve(Handler handler) {
        for (bool more = true; more;) {
            std::vector<std::byte> request;
            recv([&](readable bytes) { request.assign(bytes.begin(), bytes.end()); });
            send([&](writable reply) { more = handler(readable(request), reply); });
        }
    }
};

/// Says that it takes messages four at a time.
struct joining_end : ring_end {
    std::uint64_t received = 0;

    template <class Consume>
    bool recv(Consume consume) {
        ++received;
        return ring_end::recv(consume);
    }
    std::uint64_t deliveries() const noexcept { return received / 4; }
};

/// Takes its time over each message, more than where the clock shows.
struct slow_end : ring_end {
    static constexpr std::chrono::microseconds pause{20};

    template <class Consume>
    bool recv(Consume consume) {
        const auto end = std::chrono::steady_clock::now() + pause;
        while (std::chrono::steady_clock::now() < end) {
        }
        return ring_end::recv(consume);
    }
};

/// Loses every seventh message; recv gives up like a lossy transport does.
struct lossy_end {
    static constexpr transport_info info{.name = "lossy_end",
                                         .summary = "",
                                         .family = "",
                                         .reference = "",
                                         .facts = {.may_drop = true}};
    int fd;
    std::size_t bytes;
    int sent = 0;

    template <class Fill>
    void send(Fill fill) {
        std::vector<std::byte> message(bytes);
        fill(writable(message));
        if (++sent % 7 == 0) return;
        EXPECT_EQ(::send(fd, message.data(), bytes, 0), static_cast<ssize_t>(bytes));
    }
    template <class Consume>
    bool recv(Consume consume) {
        std::vector<std::byte> message(bytes);
        const ssize_t got = ::recv(fd, message.data(), bytes, 0);
        if (got <= 0) return false;
        consume(readable(message.data(), static_cast<std::size_t>(got)));
        return true;
    }
};

class loops_test : public testing::Test {
protected:
    static constexpr std::size_t bytes = 64;
    loops_test() {
        int ends[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
        lines[0].emplace(unique_fd(ends[0]));
        lines[1].emplace(unique_fd(ends[1]));
        work.warm_up_min_ns = 0;
        work.warm_up_messages = 50;
        work.timed_ns = 5'000'000'000;
        work.max_messages = 1000;
    }

    session make(role side, sequence_rule rule = sequence_rule::strict) {
        const payload_plan there{touch::rw, bytes, 77, marks_end};
        const payload_plan back{touch::rw, bytes, ~std::uint64_t{77}};
        const bool producer = side == role::producer;
        return session(*shared, pair, producer ? 0 : 1, clock, work, producer ? there : back,
                       producer ? back : there, rule);
    }

    template <class Producer, class Consumer>
    void run_both(Producer produce, Consumer consume) {
        std::thread other(consume);
        produce();
        other.join();
    }

    bool marks_end = false;
    shared_state_region shared{2};
    std::vector<party> pair = unpinned_pair();
    clock_parameters clock;
    effort work;
    std::array<std::optional<rendezvous>, 2> lines;
    std::vector<std::byte> memory =
        std::vector<std::byte>(2 * shm_ring<futex_wait>::bytes_for(bytes, 8) + 256);
};

class ring_loops_test : public loops_test {
protected:
    std::byte* aligned =
        memory.data() + (128 - reinterpret_cast<std::uintptr_t>(memory.data()) % 128) % 128;
    setup producer_cell{{.side = role::producer}, *lines[0]};
    setup consumer_cell{{.side = role::consumer}, *lines[1]};
    futex_wait::shared bells{};
    futex_wait producer_wait{producer_cell, bells};
    futex_wait consumer_wait{consumer_cell, bells};
    shm_ring<futex_wait> there_out{aligned, bytes, 8, true, producer_wait};
    shm_ring<futex_wait> there_in{aligned, bytes, 8, false, consumer_wait};
    std::byte* second = aligned + shm_ring<futex_wait>::bytes_for(bytes, 8);
    shm_ring<futex_wait> back_out{second, bytes, 8, true, consumer_wait};
    shm_ring<futex_wait> back_in{second, bytes, 8, false, producer_wait};
    ring_end producer_end{&there_out, &back_in};
    ring_end consumer_end{&back_out, &there_in};
    session producer = make(role::producer);
    session consumer = make(role::consumer);
};

TEST_F(ring_loops_test, both_sides_agree_on_what_was_exchanged) {
    run_both([&] { loops::round_trip_producer(producer_end, producer, *lines[0]); },
             [&] { loops::round_trip_consumer(consumer_end, consumer, *lines[1]); });
    EXPECT_EQ(producer.result.messages, 1000u);
    EXPECT_EQ(consumer.result.messages, 1000u);
    EXPECT_EQ(producer.latencies.count(), 1000u);
    EXPECT_EQ(producer.result.counted_messages, 1000u + loops::lead_in_exchanges);
    EXPECT_GE(producer.result.warm_up_messages, work.warm_up_messages);
    EXPECT_EQ(consumer.result.warm_up_messages, producer.result.warm_up_messages);
    EXPECT_LE(static_cast<double>(producer.latencies.greatest_ns()),
              static_cast<double>(producer.result.last_ticks - producer.result.first_ticks));
}

TEST_F(ring_loops_test, a_stream_is_counted_by_the_consumer) {
    run_both([&] { loops::one_way_producer(producer_end, producer, *lines[0]); },
             [&] { stream_to(consumer_end, consumer, *lines[1]); });
    EXPECT_EQ(producer.result.messages, 1000u);
    EXPECT_EQ(consumer.result.messages, 1000u);
    EXPECT_EQ(consumer.result.lost, 0u);
    EXPECT_GT(consumer.result.last_ticks, producer.result.first_ticks);
}

TEST_F(ring_loops_test, an_endpoint_that_takes_several_messages_at_once_is_asked_how_often) {
    joining_end joining{consumer_end};
    run_both([&] { loops::one_way_producer(producer_end, producer, *lines[0]); },
             [&] { stream_to(joining, consumer, *lines[1]); });
    const measurement& result = consumer.result;
    const double seconds =
        static_cast<double>(consumer.clock.to_ns(result.first_ticks, result.last_ticks)) / 1e9;
    EXPECT_NEAR(result.figures.at("deliveries_per_second") * seconds, 250, 1);
    EXPECT_FALSE(producer.result.figures.contains("deliveries_per_second"));
}

TEST_F(ring_loops_test, round_trips_of_whom_nothing_pins_tell_where_both_were) {
    run_both([&] { loops::round_trip_producer(producer_end, producer, *lines[0]); },
             [&] { loops::round_trip_consumer(consumer_end, consumer, *lines[1]); });
    const double share = producer.result.figures.at("same_cpu_share");
    EXPECT_GE(share, 0);
    EXPECT_LE(share, 1);
    EXPECT_TRUE(producer.result.figures.contains("same_cpu_p50_ns") ||
                producer.result.figures.contains("apart_p50_ns"));
}

TEST_F(ring_loops_test, no_phase_is_announced_beside_the_channel_where_the_message_has_room) {
    marks_end = true;
    work.unstamped_block = true;
    clock.stamp_cost_ns = 1e9;
    session one = make(role::producer);
    session other = make(role::consumer);
    run_both([&] { loops::round_trip_producer(producer_end, one, *lines[0]); },
             [&] { loops::round_trip_consumer(consumer_end, other, *lines[1]); });
    EXPECT_EQ(one.result.messages, 1000u);
    EXPECT_EQ(other.result.messages, 1000u);
    EXPECT_GT(one.result.untimed_exchanges, 0u);
    session sender = make(role::producer);
    session receiver = make(role::consumer);
    run_both([&] { loops::one_way_producer(producer_end, sender, *lines[0]); },
             [&] { stream_to(consumer_end, receiver, *lines[1]); });
    EXPECT_EQ(sender.result.messages, 1000u);
    EXPECT_EQ(receiver.result.messages, 1000u);
    for (const auto& sequence : shared->last_sequence)
        EXPECT_EQ(sequence.load(std::memory_order_relaxed), shared_state::not_announced);
}

TEST_F(ring_loops_test, a_library_may_own_the_servers_loop) {
    serving_end server{consumer_end};
    run_both([&] { loops::round_trip_producer(producer_end, producer, *lines[0]); },
             [&] { loops::round_trip_consumer(server, consumer, *lines[1]); });
    EXPECT_EQ(producer.result.messages, 1000u);
    EXPECT_EQ(consumer.result.messages, 1000u);
}

TEST_F(ring_loops_test, the_time_limit_ends_a_phase) {
    work.max_messages = 0;
    work.timed_ns = 20'000'000;
    session timed_producer = make(role::producer);
    session timed_consumer = make(role::consumer);
    run_both([&] { loops::round_trip_producer(producer_end, timed_producer, *lines[0]); },
             [&] { loops::round_trip_consumer(consumer_end, timed_consumer, *lines[1]); });
    EXPECT_GE(timed_producer.result.last_ticks - timed_producer.result.first_ticks, 20'000'000u);
    EXPECT_GT(timed_producer.result.messages, 0u);
}

TEST_F(ring_loops_test, a_block_without_stamps_follows_where_the_clock_is_dear) {
    work.unstamped_block = true;
    clock.stamp_cost_ns = 1e9;
    session one = make(role::producer);
    session other = make(role::consumer);
    run_both([&] { loops::round_trip_producer(producer_end, one, *lines[0]); },
             [&] { loops::round_trip_consumer(consumer_end, other, *lines[1]); });
    EXPECT_EQ(one.result.untimed_exchanges,
              loops::exchanges_per_block(one.latencies.quantile_ns(0.5)));
    EXPECT_GT(one.result.untimed_ns, 0);
    EXPECT_EQ(one.result.messages, 1000u) << "the block's exchanges are not among them";
    EXPECT_EQ(other.result.messages, 1000u);
    EXPECT_EQ(one.latencies.count(), 1000u);
}

TEST_F(ring_loops_test, no_block_follows_where_the_clock_does_not_show) {
    work.unstamped_block = true;
    clock.stamp_cost_ns = 20;
    session one = make(role::producer);
    session other = make(role::consumer);
    slow_end slow_consumer{consumer_end};
    run_both([&] { loops::round_trip_producer(producer_end, one, *lines[0]); },
             [&] { loops::round_trip_consumer(slow_consumer, other, *lines[1]); });
    EXPECT_GE(one.latencies.quantile_ns(0.5), 10'000);
    EXPECT_EQ(one.result.untimed_exchanges, 0u);
    EXPECT_EQ(other.result.messages, 1000u);
}

TEST(untimed_block, is_for_short_round_trips_and_dear_clocks) {
    EXPECT_TRUE(loops::wants_untimed_block(499, 20));
    EXPECT_TRUE(loops::wants_untimed_block(1'000, 51));
    EXPECT_FALSE(loops::wants_untimed_block(1'000, 49));
    EXPECT_TRUE(loops::wants_untimed_block(9'999, 101));
    EXPECT_FALSE(loops::wants_untimed_block(10'001, 101));
    EXPECT_EQ(loops::exchanges_per_block(200), 500u);
    EXPECT_EQ(loops::exchanges_per_block(50'000), 50u);
    EXPECT_EQ(loops::exchanges_per_block(1e12), 1u);
}

class ring_idle_test : public ring_loops_test, public testing::WithParamInterface<pattern> {};

TEST_P(ring_idle_test, a_consumer_reads_its_usage_around_the_silence) {
    work.act.kind = task_kind::idle;
    work.timed_ns = 20'000'000;
    producer_cell.kind = consumer_cell.kind = GetParam();
    session one = make(role::producer);
    session other = make(role::consumer);
    run_both([&] { loops::idle_producer(producer_end, one, producer_cell); },
             [&] { loops::idle_consumer(consumer_end, other, consumer_cell); });
    EXPECT_EQ(other.result.messages, 1u);
    EXPECT_EQ(other.result.counted_messages, 1u);
    EXPECT_GT(other.result.last_ticks, other.result.first_ticks);
}

INSTANTIATE_TEST_SUITE_P(of, ring_idle_test, testing::Values(pattern::round_trip, pattern::one_way),
                         [](const auto& which) { return std::string(to_word(which.param)); });

TEST_F(loops_test, losses_of_a_lossy_stream_are_counted_exactly) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    const timeval timeout{.tv_sec = 0, .tv_usec = 100'000};
    ::setsockopt(ends[1], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    lossy_end producer_end{ends[0], bytes};
    lossy_end consumer_end{ends[1], bytes};
    session producer = make(role::producer, sequence_rule::may_lose);
    session consumer = make(role::consumer, sequence_rule::may_lose);
    run_both([&] { loops::one_way_producer(producer_end, producer, *lines[0]); },
             [&] { stream_to(consumer_end, consumer, *lines[1]); });
    EXPECT_EQ(consumer.result.messages + consumer.result.lost, producer.result.messages);
    const auto dropped = [](std::uint64_t sent) { return sent / 7; };
    const std::uint64_t warm = producer.result.warm_up_messages;
    EXPECT_EQ(consumer.result.lost, dropped(warm + 1000) - dropped(warm));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_F(ring_loops_test, a_stall_shows_how_far_it_came) {
    run_both([&] { loops::round_trip_producer(producer_end, producer, *lines[0]); },
             [&] { loops::round_trip_consumer(consumer_end, consumer, *lines[1]); });
    EXPECT_EQ(shared->worker(0).messages.load(std::memory_order_relaxed),
              producer.result.warm_up_messages + producer.result.counted_messages);
}

TEST(inside, both_ends_get_all_that_the_cell_says_and_their_notes_come_back) {
    rendezvous nobody{unique_fd()};
    setup cell{{.name = "cell", .payload_bytes = 64, .depth = 3, .region_offset_bytes = 4096},
               nobody};
    cell.notes["known"] = 1;
    std::map<unsigned, setup_values> seen;
    const auto look = [&seen](setup& side) {
        seen.emplace(side.party, side.values());
        side.notes[side.producer() ? "producer" : "consumer"] = 1;
    };
    loops::make_both_ends(cell, look, look);
    ASSERT_EQ(seen.size(), 2u);
    for (const auto& [party, side] : seen) {
        EXPECT_EQ(side.name, "cell");
        EXPECT_EQ(side.payload_bytes, 64u);
        EXPECT_EQ(side.depth, 3u);
        EXPECT_EQ(side.region_offset_bytes, 4096u);
        EXPECT_EQ(side.notes.count("known"), 1u);
    }
    EXPECT_EQ(seen.at(0).side, role::producer);
    EXPECT_EQ(seen.at(1).side, role::consumer);
    EXPECT_EQ(cell.notes.size(), 3u);
}

}  // namespace
}  // namespace ipcmark
