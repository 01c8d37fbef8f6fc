#include "harness/worker/cpu_sharing.hpp"

#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "harness/base/posix/affinity.hpp"

namespace ipcmark {
namespace {

using figures_by_key = std::map<std::string, double>;

class cpu_sharing_of_a_pair : public testing::Test {
protected:
    static constexpr int elsewhere = 1 << 20;  // no machine has that CPU

    void run(cpu_sharing& of, std::size_t exchanges, std::int64_t latency_ns) {
        for (std::size_t i = 0; i < exchanges; ++i) {
            of.record(latency_ns);
            all_.record(latency_ns);
        }
    }
    figures_by_key figures(const cpu_sharing& of) const {
        figures_by_key found;
        of.add_to(found, all_);
        return found;
    }

    pinned_for_now here_{allowed_cpus().front()};
    std::vector<std::byte> memory_{shared_state::bytes_for(2) + alignof(shared_state)};
    shared_state& shared_ = shared_state::make(aligned(memory_), 2);
    histogram all_;

private:
    static void* aligned(std::vector<std::byte>& memory) {
        void* at = memory.data();
        std::size_t room = memory.size();
        return std::align(alignof(shared_state), shared_state::bytes_for(2), at, room);
    }
};

TEST_F(cpu_sharing_of_a_pair, gives_each_kind_of_exchange_its_own_median) {
    const auto parties = unpinned_pair();
    cpu_sharing asks(shared_, parties, 0);
    cpu_sharing replies(shared_, parties, 1);
    ASSERT_TRUE(asks.watches());
    replies.look();
    run(asks, 300, 2'000);
    shared_.worker(1).cpu.store(elsewhere, std::memory_order_relaxed);
    run(asks, 100, 40'000);
    const auto found = figures(asks);
    EXPECT_EQ(found.at("same_cpu_share"), 0.75);
    EXPECT_NEAR(found.at("same_cpu_p50_ns"), 2'000, 10);
    EXPECT_NEAR(found.at("apart_p50_ns"), 40'000, 200);
}

TEST_F(cpu_sharing_of_a_pair, has_no_median_of_a_kind_that_hardly_occurs) {
    const auto parties = unpinned_pair();
    cpu_sharing asks(shared_, parties, 0);
    shared_.worker(1).cpu.store(elsewhere, std::memory_order_relaxed);
    run(asks, 901, 40'000);
    cpu_sharing(shared_, parties, 1).look();
    run(asks, 99, 2'000);
    const auto found = figures(asks);
    EXPECT_EQ(found.at("same_cpu_share"), 0.099);
    EXPECT_FALSE(found.contains("same_cpu_p50_ns"));
    EXPECT_TRUE(found.contains("apart_p50_ns"));
}

TEST_F(cpu_sharing_of_a_pair, says_nothing_where_the_other_side_did_not_tell_its_cpu) {
    cpu_sharing asks(shared_, unpinned_pair(), 0);
    run(asks, 1'000, 2'000);
    EXPECT_EQ(figures(asks), figures_by_key{});
}

TEST_F(cpu_sharing_of_a_pair, watches_nobody_who_is_pinned_or_alone) {
    EXPECT_FALSE(cpu_sharing(shared_, pair_on(0, 1), 0).watches());
    EXPECT_FALSE(cpu_sharing(shared_, std::vector<party>(1), 0).watches());
}

}  // namespace
}  // namespace ipcmark
