#include "harness/analysis/within_repetition.hpp"

#include <gtest/gtest.h>

#include "harness/stats/test/simulate.hpp"
#include "harness/stats/time_sample.hpp"

namespace ipcmark {
namespace {

using flag_list = std::vector<std::string>;

class within_repetition_test : public testing::Test {
protected:
    /// A round trip whose n-th latency is draw(n).
    template <class Draw>
    repetition_flags judge(std::size_t n, Draw draw) {
        time_sample in_order;
        worker_report& producer = repetition.sides[0];
        producer.latencies = histogram();
        for (std::size_t i = 0; i < n; ++i) {
            const auto latency_ns = static_cast<std::int64_t>(draw(i));
            producer.latencies.record(latency_ns);
            in_order.record(latency_ns);
        }
        producer.latencies_in_order = in_order.values();
        producer.order_stride = in_order.stride();
        return flags_of_repetition({what, repetition, clock});
    }

    /// A stream whose blocks of 100 messages took so long each.
    repetition_flags judge_stream(const std::vector<std::uint64_t>& spans_ns) {
        what.kind = pattern::one_way;
        measurement& consumer = repetition.sides[1].measured;
        consumer.block_messages = 100;
        std::uint64_t now = 1'000;
        repetition.sides[0].measured.first_ticks = now;
        consumer.block_ticks = {now};
        for (const std::uint64_t span : spans_ns)
            consumer.block_ticks.push_back(now += span);
        consumer.last_ticks = now;
        consumer.messages = 100 * spans_ns.size();
        return flags_of_repetition({what, repetition, clock});
    }

    simulate::source random{81};
    cell what{"pipe", pattern::round_trip, 64, placement::l3, touch::rw, 16};
    repetition_result repetition;
    shared_clock clock{clock_parameters{}};
};

TEST_F(within_repetition_test, a_steady_repetition_carries_no_flag_and_says_why) {
    const auto judged =
        judge(20'000, [&](std::size_t) { return 9'000 * std::exp(0.2 * random.normal()); });
    EXPECT_EQ(judged.flags, flag_list());
    EXPECT_EQ(*judged.facts->stride, 16);
    EXPECT_EQ(*judged.facts->samples, 1'250);
    EXPECT_GT(*judged.facts->n_eff, 800);
    EXPECT_NEAR(*judged.facts->m_value, 2, 0.1);
    EXPECT_NEAR(*judged.facts->lag_1, 0, 0.1);
    EXPECT_LT(judged.facts->p50_interval_ns->first, 9'000);
    EXPECT_GT(judged.facts->p50_interval_ns->second, 9'000);
}

TEST_F(within_repetition_test, a_repetition_that_gets_slower_is_nonstationary_and_drifts) {
    const auto judged = judge(20'000, [&](std::size_t i) {
        return (9'000 + 0.1 * static_cast<double>(i)) * std::exp(0.1 * random.normal());
    });
    EXPECT_EQ(judged.flags, (flag_list{"nonstationary", "drift"}));
    EXPECT_LT(*judged.facts->first_quarter_ns, *judged.facts->last_quarter_ns);
    EXPECT_GT(*judged.facts->drift_rho, 0.9);
}

TEST_F(within_repetition_test, latencies_like_their_neighbours_are_autocorrelated) {
    simulate::ar1 series(random, 0.9);
    const auto judged =
        judge(2'000, [&](std::size_t) { return 9'000 * std::exp(0.2 * series.next()); });
    EXPECT_EQ(judged.flags, flag_list{"autocorrelated"});
    EXPECT_LT(*judged.facts->n_eff, 2'000 / 5);
}

TEST_F(within_repetition_test, two_ways_to_take_are_bimodal_even_without_any_spread) {
    EXPECT_EQ(judge(5'000, [&](std::size_t) { return random.coin() ? 5'000 : 50'000; }).flags,
              flag_list{"bimodal"});
    EXPECT_EQ(judge(5'000,
                    [&](std::size_t) {
                        return (random.coin() ? 5'000 : 9'000) * std::exp(0.1 * random.normal());
                    })
                  .flags,
              flag_list{"bimodal"});
    EXPECT_EQ(judge(5'000, [&](std::size_t) { return random.coin(0.01) ? 50'000 : 5'000; }).flags,
              flag_list());
}

TEST_F(within_repetition_test, a_stream_that_stalls_is_bursty) {
    EXPECT_EQ(judge_stream({50, 50, 51, 49, 50, 50}).flags, flag_list());
    const auto judged = judge_stream({50, 50, 51, 49, 50, 200});
    EXPECT_EQ(judged.flags, flag_list{"bursty"});
    EXPECT_NEAR(*judged.facts->median_block_to_whole, 450 / 6.0 / 50, 1e-9);
}

TEST_F(within_repetition_test, too_few_figures_get_no_verdict) {
    EXPECT_FALSE(judge(63, [](std::size_t i) { return 1'000 * (i + 1); }).facts);
    EXPECT_TRUE(judge(64, [](std::size_t i) { return 1'000 * (i + 1); }).facts);
    repetition.sides[0].latencies_in_order.clear();
    EXPECT_FALSE(judge_stream({50, 50, 500}).facts);
}

TEST(cell_flags, what_more_than_half_of_the_repetitions_carry_the_cell_carries) {
    const flag_list bursty{"bursty"};
    const flag_list none;
    EXPECT_EQ(flags_of_cell({1, 1, 1, 1}, {bursty, none, bursty, none}), none);
    EXPECT_EQ(flags_of_cell({1, 1, 1}, {bursty, none, bursty}), bursty);
    EXPECT_EQ(flags_of_cell({}, {}), none);
    // Others' flags after ours, and each once.
    EXPECT_EQ(flags_of_cell({1, 1}, {{"disturbed", "drift"}, {"drift", "disturbed"}}),
              (flag_list{"drift", "disturbed"}));
}

TEST(cell_flags, repetitions_in_time_order_tell_modes_drift_and_dependence) {
    std::vector<flag_list> twenty(20);
    std::vector<double> modes;
    std::vector<double> rising;
    for (int i = 0; i < 20; ++i) {
        modes.push_back(i % 2 == 0 ? 100 + 0.1 * i : 150 - 0.1 * i);
        rising.push_back(100 + i);
    }
    EXPECT_EQ(flags_of_cell(modes, twenty), flag_list{"bimodal"});
    EXPECT_EQ(flags_of_cell(rising, twenty), (flag_list{"drift", "autocorrelated"}));
    EXPECT_EQ(flags_of_cell(std::vector<double>(20, 100.0), twenty), flag_list());
}

TEST(cell_flags, a_clean_cell_carries_each_in_one_of_a_hundred_at_most) {
    constexpr int cells = 4'000;
    for (const std::size_t n : {10u, 15u, 20u, 40u}) {
        simulate::source random(82);
        std::map<std::string, int> carried;
        std::vector<double> values(n);
        const std::vector<flag_list> none(n);
        for (int i = 0; i < cells; ++i) {
            for (double& value : values)
                value = 9'000 * std::exp(0.1 * random.normal());
            for (const auto& flag : flags_of_cell(values, none))
                ++carried[flag];
        }
        for (const auto& [flag, count] : carried)
            EXPECT_LE(count, cells / 100) << flag << " at " << n;
    }
}

TEST(cell_flags, the_main_metric_is_the_median_latency_or_the_rate) {
    const auto trips = [](const std::map<std::string, std::vector<double>>& metrics) {
        return primary_metric(pattern::round_trip, metrics);
    };
    EXPECT_EQ(trips({{"p50_ns", {1}}, {"mean_ns", {1}}}), "p50_ns");
    EXPECT_EQ(trips({{"messages_per_second", {1}}, {"cpu_ns_per_message", {1}}}),
              "messages_per_second");
    EXPECT_EQ(trips({{"cpu_ns_per_message", {1}}, {"p50_ns", {}}}), "cpu_ns_per_message");
    EXPECT_EQ(trips({}), "");
}

TEST(cell_flags, every_pattern_has_a_main_metric_of_its_own) {
    std::map<std::string, std::vector<double>> everything;
    for (const metric& each : all_metrics())
        everything[std::string(each.key)] = {1};
    for (const pattern_info& each : pattern_table)
        EXPECT_EQ(primary_metric(each.id, everything), each.main_metric) << each.word;
}

}  // namespace
}  // namespace ipcmark
