#include <numeric>

#include "harness/run/test/runner_fixture.hpp"

/// More than a pair, by real processes of this very executable.
namespace ipcmark {
namespace {

class several_test : public runner_test {
protected:
    void ask(const char* transport, const party_counts& among, pattern kind, topology how) {
        request.what.transport = transport;
        request.what.kind = kind;
        request.what.among = among;
        request.what.how = how;
        request.parties = parties_of(among, kind);
    }

    /// Of all parties of a side.
    static std::uint64_t messages(const repetition_result& of, role side) {
        std::uint64_t sum = 0;
        of.for_each_of(side, [&](const worker_report& each) { sum += each.measured.messages; });
        return sum;
    }
};

TEST_F(several_test, one_object_takes_what_three_send_and_tells_them_apart) {
    for (const char* name : {"posix_mq", "sysv_msg", "sysv_msg_typed", "unix_dgram",
                             "unix_seqpacket", "pipe_packet", "boost_message_queue"}) {
        ask(name, {1, 3, 1}, pattern::one_way, topology::shared);
        const repetition_result result = run();
        ASSERT_FALSE(result.failed) << name << ": " << result.failed->text;
        const measurement& taken = result.consumer().measured;
        EXPECT_EQ(taken.messages, messages(result, role::producer)) << name;
        ASSERT_EQ(taken.sources.size(), 3u) << name;
        for (const source_count& source : taken.sources) {
            EXPECT_EQ(source.messages, result.sides[source.party].measured.messages) << name;
            EXPECT_GT(source.messages, 0u) << name;
        }
    }
}

TEST_F(several_test, what_one_of_three_loses_is_counted_as_its_own) {
    ask("udp_connected", {1, 3, 1}, pattern::one_way, topology::shared);
    const repetition_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    for (const source_count& source : result.consumer().measured.sources)
        EXPECT_EQ(source.messages + source.lost,
                  result.sides[source.party].measured.messages + source.out_of_order);
}

TEST_F(several_test, consumers_of_one_object_take_every_message_once) {
    for (const char* name : {"posix_mq", "sysv_msg", "sysv_msg_typed", "unix_dgram",
                             "unix_seqpacket", "pipe_packet", "boost_message_queue"}) {
        ask(name, {1, 1, 3}, pattern::one_way, topology::shared);
        const repetition_result result = run();
        ASSERT_FALSE(result.failed) << name << ": " << result.failed->text;
        EXPECT_EQ(messages(result, role::consumer), messages(result, role::producer)) << name;
    }
    ask("udp_connected", {1, 1, 3}, pattern::one_way, topology::shared);
    const repetition_result lossy = run();
    ASSERT_FALSE(lossy.failed) << lossy.failed->text;
    EXPECT_EQ(messages(lossy, role::consumer) + lossy.consumer().measured.lost,
              messages(lossy, role::producer));
}

TEST_F(several_test, every_reader_of_a_broadcast_gets_all_or_knows_what_it_lost) {
    for (const char* name : {"shm_broadcast_ring", "shm_broadcast_lossy"}) {
        ask(name, {1, 1, 3}, pattern::one_way, topology::broadcast);
        const repetition_result result = run();
        ASSERT_FALSE(result.failed) << name << ": " << result.failed->text;
        const std::uint64_t sent = result.producer().measured.messages;
        result.for_each_of(role::consumer, [&](const worker_report& each) {
            EXPECT_EQ(each.measured.messages + each.measured.lost, sent) << name;
            EXPECT_GT(each.measured.messages, 0u) << name;
        });
    }
}

TEST_F(several_test, a_server_answers_each_client_on_a_channel_of_its_own) {
    for (const char* name : {"pipe", "unix_stream", "unix_seqpacket", "tcp", "posix_mq", "udp"}) {
        ask(name, {1, 1, 3}, pattern::round_trip, topology::separate);
        const repetition_result result = run();
        ASSERT_FALSE(result.failed) << name << ": " << result.failed->text;
        EXPECT_EQ(result.consumer().measured.sources.size(), 3u) << name;
        ASSERT_EQ(result.pooled.size(), 1u) << name;
        EXPECT_GT(result.pooled.front().latencies.count(), 0u) << name;
        std::uint64_t latencies = 0;
        result.for_each_of(role::producer, [&](const worker_report& each) {
            EXPECT_GT(each.measured.messages, 0u) << name;
            latencies += each.latencies.count();
        });
        EXPECT_EQ(result.pooled.front().latencies.count(), latencies) << name;
    }
}

TEST_F(several_test, a_collector_takes_from_channels_of_their_own) {
    for (const char* name : {"pipe", "tcp", "udp"}) {
        ask(name, {1, 3, 1}, pattern::one_way, topology::separate);
        const repetition_result result = run();
        ASSERT_FALSE(result.failed) << name << ": " << result.failed->text;
        EXPECT_EQ(result.consumer().measured.sources.size(), 3u) << name;
        EXPECT_GT(result.consumer().measured.messages, 0u) << name;
    }
}

TEST_F(several_test, a_server_of_rings_asks_each_in_turn) {
    ask("shm_ring_spin", {1, 1, 2}, pattern::round_trip, topology::separate);
    options.stage_deadline_ms = 5'000;
    const repetition_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    for (const source_count& source : result.consumer().measured.sources)
        EXPECT_GT(source.messages, 0u);
}

TEST_F(several_test, pairs_at_once_share_the_time_and_nothing_else) {
    request.work.timed_ns = 150'000'000;
    for (const pattern kind : {pattern::round_trip, pattern::one_way})
        for (const char* name :
             {"pipe", "sysv_msg", "shm_ring_futex", "udp", "shm_ring_sysv_sem"}) {
            ask(name, {2, 1, 1}, kind, topology::pairs);
            const repetition_result result = run();
            ASSERT_FALSE(result.failed) << name << ": " << result.failed->text;
            ASSERT_EQ(result.sides.size(), 4u);
            const measurement& one = result.sides[0].measured;
            const measurement& other = result.sides[2].measured;
            EXPECT_LT(one.first_ticks, other.last_ticks) << name;
            EXPECT_LT(other.first_ticks, one.last_ticks) << name;
        }
}

TEST_F(several_test, messages_without_a_mark_end_their_phases_too) {
    request.what.payload_bytes = 4;
    for (const auto& [kind, among] : {std::pair{pattern::round_trip, party_counts{1, 1, 3}},
                                      std::pair{pattern::one_way, party_counts{1, 3, 1}}}) {
        ask("pipe", among, kind, topology::separate);
        const repetition_result result = run();
        ASSERT_FALSE(result.failed) << to_word(kind) << ": " << result.failed->text;
    }
    ask("eventfd", {2, 1, 1}, pattern::round_trip, topology::pairs);
    request.what.payload_bytes = 0;
    const repetition_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
}

TEST_F(several_test, sixty_four_parties_end_as_one_does) {
    ask("posix_mq", {1, 63, 1}, pattern::one_way, topology::shared);
    options.stage_deadline_ms = 20'000;
    const repetition_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    EXPECT_EQ(result.consumer().measured.sources.size(), 63u);
}

struct death {
    const char* transport;
    party_counts among;
    pattern kind;
    topology how;
};

constexpr death among_several[] = {
    {"posix_mq", {1, 3, 1}, pattern::one_way, topology::shared},
    {"unix_seqpacket", {1, 3, 1}, pattern::one_way, topology::shared},
    {"pipe_packet", {1, 1, 3}, pattern::one_way, topology::shared},
    {"sysv_msg", {2, 1, 1}, pattern::one_way, topology::pairs},
    {"shm_ring_futex", {2, 1, 1}, pattern::round_trip, topology::pairs},
    {"pipe", {1, 1, 3}, pattern::round_trip, topology::separate},
    {"unix_stream", {1, 3, 1}, pattern::one_way, topology::separate},
    {"shm_broadcast_ring", {1, 1, 3}, pattern::one_way, topology::broadcast},
};

class death_among_several : public several_test,
                            public testing::WithParamInterface<std::tuple<std::size_t, stage>> {};

/// The first producer and the last consumer; the fixture looks at what is left. Who does not notice
/// is given a second.
TEST_P(death_among_several, names_who_died_and_leaves_nothing) {
    const auto& [number, at] = GetParam();
    const auto& [transport, among, kind, how] = among_several[number];
    ask(transport, among, kind, how);
    options.stage_deadline_ms = 3'000;
    for (const std::size_t victim : {std::size_t{0}, request.parties.size() - 1}) {
        request.die_entering.assign(request.parties.size(), std::nullopt);
        request.die_entering[victim] = at;
        const repetition_result result = run();
        ASSERT_TRUE(result.failed) << victim;
        EXPECT_EQ(result.failed->ended, status::failed) << result.failed->text;
        EXPECT_EQ(result.failed->code, "died") << result.failed->text;
        EXPECT_EQ(result.failed->stage, to_word(at));
        EXPECT_NE(result.failed->text.find(ipcmark::name_of(victim, request.parties) + " ended"),
                  std::string::npos)
            << result.failed->text;
    }
}

INSTANTIATE_TEST_SUITE_P(all, death_among_several,
                         testing::Combine(testing::Range<std::size_t>(0, std::size(among_several)),
                                          testing::Values(stage::constructing, stage::meeting,
                                                          stage::warming_up, stage::timing,
                                                          stage::reporting)),
                         [](const auto& which) {
                             const death& of = among_several[std::get<0>(which.param)];
                             return std::string(of.transport) + '_' + std::string(to_word(of.how)) +
                                    '_' + std::string(to_word(std::get<1>(which.param)));
                         });

}  // namespace
}  // namespace ipcmark
