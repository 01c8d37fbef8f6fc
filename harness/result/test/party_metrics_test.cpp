#include <gtest/gtest.h>

#include "harness/result/pattern_metrics.hpp"
#include "harness/result/test/metric_value.hpp"

namespace ipcmark {
namespace {

class party_metrics_test : public testing::Test {
protected:
    void make(const party_counts& among, pattern kind) {
        what.among = among;
        what.kind = kind;
        repetition.parties = parties_of(among, kind);
        repetition.sides.assign(repetition.parties.size(), {});
        for (worker_report& each : repetition.sides) {
            each.measured.first_ticks = 1'000'000;
            each.measured.last_ticks = 2'000'000;
        }
    }
    void answer(std::size_t client, std::uint64_t messages, std::int64_t latency_ns) {
        worker_report& of = repetition.sides[client];
        of.measured.messages = messages;
        for (std::uint64_t i = 0; i < messages; ++i)
            of.latencies.record(latency_ns);
    }
    repetition_view view() { return {what, repetition, clock}; }

    cell what{"pipe", pattern::round_trip, 64, placement::free, touch::rw, 16};
    repetition_result repetition;
    shared_clock clock{clock_parameters{}};
};

TEST_F(party_metrics_test, clients_have_their_latencies_together_and_apart) {
    make({1, 1, 3}, pattern::round_trip);
    answer(0, 100, 1'000);
    answer(1, 200, 2'000);
    answer(2, 300, 3'000);
    repetition.pool(role::producer);
    EXPECT_EQ(view().latencies().count(), 600u);
    EXPECT_NEAR(*value_of("p50_ns", view()), 2'000, 20);
    EXPECT_NEAR(*value_of("quickest_p50_ns", view()), 1'000, 10);
    EXPECT_NEAR(*value_of("slowest_p50_ns", view()), 3'000, 30);
    EXPECT_DOUBLE_EQ(*value_of("fairness", view()), 1.0 / 3);
    EXPECT_DOUBLE_EQ(*value_of("exchanges_per_second", view()), 600 / 1e-3);
    EXPECT_DOUBLE_EQ(*value_of("mean_ns", view()), 3 * 1e6 / 600)
        << "three wait at once: the time over all messages is no client's";
}

TEST_F(party_metrics_test, of_one_collector_the_sources_say_who_got_through) {
    make({1, 3, 1}, pattern::one_way);
    measurement& taken = repetition.sides[3].measured;
    taken.messages = 1'000;
    taken.lost = 60;
    taken.sources = {{0, 500, 10, 0}, {1, 300, 20, 0}, {2, 200, 30, 0}};
    EXPECT_DOUBLE_EQ(*value_of("fairness", view()), 0.4);
    EXPECT_DOUBLE_EQ(*value_of("messages_per_second", view()), 1e6);
    EXPECT_DOUBLE_EQ(*value_of("lost_share", view()), 60.0 / 1'060);
    EXPECT_FALSE(value_of("exchanges_per_second", view()));
    EXPECT_FALSE(value_of("quickest_p50_ns", view()));
}

TEST_F(party_metrics_test, pairs_at_once_add_up) {
    make({2, 1, 1}, pattern::one_way);
    repetition.sides[1].measured.messages = 300;
    repetition.sides[3].measured.messages = 100;
    EXPECT_DOUBLE_EQ(*value_of("messages_per_second", view()), 400 / 1e-3);
    EXPECT_DOUBLE_EQ(*value_of("fairness", view()), 1.0 / 3);
}

TEST_F(party_metrics_test, what_several_consumers_shared_is_counted_together) {
    make({1, 1, 2}, pattern::one_way);
    repetition.sides[0].measured.messages = 4;
    repetition.sides[0].measured.first_sequence = 10;
    const auto take = [&](std::size_t who, std::uint64_t messages,
                          std::optional<std::uint64_t> sum) {
        repetition.sides[who].measured.messages = messages;
        repetition.sides[who].measured.sequence_sum = sum;
    };
    take(1, 3, 10 + 11 + 13);
    take(2, 1, 12);
    EXPECT_FALSE(repetition.conclude_sharing());
    take(2, 1, 11);
    ASSERT_TRUE(repetition.conclude_sharing());
    EXPECT_NE(repetition.conclude_sharing()->text.find("came twice"), std::string::npos);
    take(2, 0, 0);
    EXPECT_NE(repetition.conclude_sharing()->text.find("of 4 messages sent 3 arrived"),
              std::string::npos);
    take(1, 3, std::nullopt);
    take(2, 0, std::nullopt);
    EXPECT_FALSE(repetition.conclude_sharing()) << "it may lose";
    EXPECT_DOUBLE_EQ(*value_of("lost_share", view()), 0.25);
    take(2, 2, std::nullopt);
    EXPECT_TRUE(repetition.conclude_sharing()) << "more than were sent";
}

TEST_F(party_metrics_test, a_pair_has_none_of_them) {
    for (const pattern kind : {pattern::round_trip, pattern::one_way}) {
        make({}, kind);
        answer(0, 100, 1'000);
        repetition.sides[1].measured.messages = 100;
        repetition.pool(pattern_of(kind).counted_by);
        EXPECT_TRUE(repetition.pooled.empty());
        for (const metric& each : party_metrics())
            EXPECT_FALSE(each.value(view())) << each.key;
    }
}

}  // namespace
}  // namespace ipcmark
