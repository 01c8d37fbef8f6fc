#include "harness/analysis/record_builder.hpp"

#include <gtest/gtest.h>

namespace ipcmark {
namespace {

TEST(record_builder, tells_of_every_party_by_role_and_cpu) {
    const cell what{"pipe", pattern::one_way, 64, placement::l3, touch::rw, 16};
    repetition_result outcome;
    outcome.parties = {{role::producer, 0, 2}, {role::producer, 1, 3}, {role::consumer, 0, no_cpu}};
    outcome.sides.resize(3);
    for (std::size_t i = 0; i < outcome.sides.size(); ++i) {
        outcome.sides[i].measured.counted_messages = 100 * (i + 1);
        outcome.sides[i].measured.consumed.user_ns = 3'000;
    }
    const shared_clock clock{clock_parameters{}};
    const repetition_record record = make_record(what, purpose::timed, outcome, clock);
    ASSERT_TRUE(record.timed);
    const auto& peers = record.timed->peers;
    ASSERT_EQ(peers.size(), 3u);
    EXPECT_EQ(peers[1].role, "producer");
    EXPECT_EQ(peers[1].cpu, 3);
    EXPECT_EQ(peers[1].counted_messages, 200u);
    EXPECT_EQ(peers[2].role, "consumer");
    EXPECT_FALSE(peers[2].cpu) << "unpinned";
    EXPECT_DOUBLE_EQ(record.times.cpu_ns, 9'000.0 / 300) << "of all, by the producers' messages";
}

}  // namespace
}  // namespace ipcmark
