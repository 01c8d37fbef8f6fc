#include <algorithm>
#include <array>
#include <set>

#include "harness/run/test/plan_fixture.hpp"

/// What a plan has each repetition do, in which order, and with which memory layout.
namespace ipcmark {
namespace {

using test::two_cpus;

class plan_repetitions : public test::plan_fixture {};

TEST_F(plan_repetitions, a_share_of_saturation_becomes_a_rate) {
    request.mechanisms = {"pipe"};
    request.payloads = {64};
    request.patterns = {pattern::paced};
    request.varied.by_name["load"] = {0.25};
    const plan what = expanded();
    EXPECT_DOUBLE_EQ(what.timed_effort(what.cells[0], 400'000).pace.rate_hz, 100'000);
}

TEST_F(plan_repetitions, counting_keeps_the_pattern_and_its_schedule) {
    request.mechanisms = {"pipe"};
    request.payloads = {64};
    request.patterns = {pattern::burst};
    const plan what = expanded();
    const planned_cell& burst = what.cells[0];
    EXPECT_EQ(what.counting_effort(burst).pace.burst, what.timed_effort(burst).pace.burst);
    EXPECT_EQ(what.counting_effort(burst).act.kind, task_kind::count);
    EXPECT_EQ(what.verify_effort(burst.what).pace.burst, 1u) << "which runs the plain pattern";
}

TEST_F(plan_repetitions, a_long_silence_gets_the_time_for_twenty_of_it) {
    request.mechanisms = {"pipe"};
    request.payloads = {64};
    request.patterns = {pattern::wake};
    request.varied.by_name["gap_ns"] = {1e8};
    const plan what = expanded();
    EXPECT_EQ(what.timed_effort(what.cells[0]).timed_ns, 2'000'000'000);
}

TEST_F(plan_repetitions, the_warm_up_goes_by_how_the_mechanism_waits_and_by_the_queue) {
    request.mechanisms = {"pipe", "shm_ring_spin"};
    request.payloads = {64};
    request.patterns = {pattern::round_trip, pattern::one_way};
    request.depth = 512;
    const plan what = expanded();
    for (const planned_cell& planned : what.cells) {
        const effort work = what.timed_effort(planned);
        const bool both_ways = planned.what.asked().both_ways();
        const std::int64_t sleeper_ns = both_ways ? 15'000'000 : 10'000'000;
        EXPECT_EQ(work.warm_up_min_ns, planned.spins ? 5'000'000 : sleeper_ns);
        EXPECT_EQ(work.warm_up_messages, both_ways ? 100u : 1024u);
        EXPECT_EQ(work.warm_up_max_ns, 60'000'000);
        EXPECT_LE(what.verify_effort(planned.what).max_messages, 1024u);
        EXPECT_GE(what.verify_effort(planned.what).max_messages, 64u);
    }
}

TEST_F(plan_repetitions, the_seed_and_the_number_of_a_repetition_decide_its_layout) {
    request.mechanisms = {"pipe"};
    const plan one = expanded();
    EXPECT_EQ(one.layout(3), expanded().layout(3));
    EXPECT_NE(one.layout(3), one.layout(4));
    EXPECT_NE(one.layout(3), expand(request, 43, all, two_cpus()).layout(3));
    request.randomise_layout = false;
    EXPECT_EQ(expanded().layout(3), memory_layout{});
}

TEST_F(plan_repetitions, layouts_reach_all_of_their_ranges_and_no_further) {
    const plan one = expanded();
    memory_layout least{~0u, ~0u, ~0u};
    memory_layout most;
    for (std::uint64_t sequence = 0; sequence < 2'000; ++sequence) {
        const memory_layout drawn = one.layout(sequence);
        const auto widen = [](std::uint32_t value, std::uint32_t& low, std::uint32_t& high) {
            low = std::min(low, value);
            high = std::max(high, value);
        };
        widen(drawn.environment_pad_bytes, least.environment_pad_bytes, most.environment_pad_bytes);
        widen(drawn.stack_pad_bytes, least.stack_pad_bytes, most.stack_pad_bytes);
        widen(drawn.region_offset_bytes, least.region_offset_bytes, most.region_offset_bytes);
        EXPECT_EQ(drawn.region_offset_bytes % memory_layout::region_step_bytes, 0u);
    }
    EXPECT_LT(least.environment_pad_bytes, 100u);
    EXPECT_LT(least.stack_pad_bytes, 100u);
    EXPECT_LT(least.region_offset_bytes, 40'000u);
    EXPECT_GT(most.environment_pad_bytes, 3'990u);
    EXPECT_LT(most.environment_pad_bytes, 4'096u);
    EXPECT_GT(most.stack_pad_bytes, 3'990u);
    EXPECT_LT(most.stack_pad_bytes, 4'096u);
    EXPECT_GT(most.region_offset_bytes, 2'000'000u);
    EXPECT_LT(most.region_offset_bytes, 2u << 20);
}

TEST_F(plan_repetitions, waiting_is_measured_once_for_each_mechanism_and_placement) {
    request.mechanisms = {"null", "pipe", "shm_ring_spin"};
    request.placements = {"cross", "same_cpu"};
    const auto chosen = [&] {
        const plan what = expanded();
        std::vector<std::string> found;
        for (const std::size_t index : what.idle_cells([](const planned_cell& planned) {
                 return planned.what.name() != "round_trip/pipe/64/l3";
             }))
            found.push_back(what.cells[index].what.name());
        return found;
    };
    EXPECT_TRUE(chosen().empty()) << "not asked for";
    request.idle_ms = 10;
    const std::vector<std::string> expected{"round_trip/shm_ring_spin/64/l3",
                                            "round_trip/pipe/65536/l3",
                                            "round_trip/pipe/64/same_cpu"};
    EXPECT_EQ(chosen(), expected) << "null waits for nobody, spinners do not share a CPU";
}

TEST_F(plan_repetitions, each_round_holds_every_runnable_cell_once_in_its_own_order) {
    const plan result = expanded();
    std::set<std::vector<std::size_t>> orders;
    for (std::uint64_t round = 0; round < 10; ++round) {
        auto order = result.round_order(round);
        EXPECT_EQ(order, result.round_order(round)) << "the seed fixes it";
        orders.insert(order);
        EXPECT_EQ(std::set<std::size_t>(order.begin(), order.end()).size(), result.runnable());
    }
    EXPECT_EQ(orders.size(), 10u);
    plan other = result;
    other.seed = 43;
    EXPECT_NE(other.round_order(0), result.round_order(0));
}

TEST_F(plan_repetitions, a_round_is_shuffled_fairly) {
    request.mechanisms = {"pipe", "fifo", "tcp"};
    request.payloads = {64};
    request.patterns = {pattern::round_trip};
    const plan result = expanded();
    std::array<int, 3> first{};
    constexpr int rounds = 3000;
    for (std::uint64_t round = 0; round < rounds; ++round)
        ++first[result.round_order(round).front()];
    for (const int count : first)
        EXPECT_NEAR(count, rounds / 3.0, 5 * 26);  // five standard deviations
}

TEST_F(plan_repetitions, tags_differ_between_repetitions) {
    const plan result = expanded();
    std::set<std::uint64_t> tags;
    for (std::uint64_t i = 0; i < 1000; ++i)
        tags.insert(result.tag(i));
    EXPECT_EQ(tags.size(), 1000u);
}

}  // namespace
}  // namespace ipcmark
