#include "harness/result/metrics.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "harness/result/test/metric_value.hpp"

namespace ipcmark {
namespace {

class metrics_test : public testing::Test {
protected:
    metrics_test() {
        auto& producer = repetition.sides[0].measured;
        auto& consumer = repetition.sides[1].measured;
        producer.counted_messages = 1000;
        producer.messages = 984;
        producer.first_ticks = 1'000'000;
        producer.last_ticks = 1'000'000 + 984'000;
        producer.consumed = {600'000, 400'000, 900, 100, 5, 0, 7'000, 0};
        consumer.messages = 984;
        consumer.last_ticks = 1'000'000 + 1'968'000;
        consumer.consumed = {100'000, 900'000, 990, 10, 3, 1, std::nullopt, 0};
        for (int i = 0; i < 984; ++i)
            repetition.sides[0].latencies.record(1000);
    }
    repetition_view view() { return {what, repetition, clock}; }
    cell what{"pipe", pattern::round_trip, 4096, placement::l3, touch::rw, 16};
    repetition_result repetition;
    shared_clock clock{clock_parameters{}};
};

TEST_F(metrics_test, a_percentile_needs_ten_independent_messages_beyond_it) {
    worker_report& reader = repetition.sides[0];
    reader.latencies = histogram();
    for (int i = 0; i < 1'200; ++i) {
        reader.latencies_in_order.push_back(1'000 + 491 * i % 1'200);
        reader.latencies.record(1'000 + 491 * i % 1'200);
    }
    EXPECT_TRUE(value_of("p90_ns", view()));
    EXPECT_TRUE(value_of("p99_ns", view()));
    // The same latencies, the slow ones in one stretch.
    std::sort(reader.latencies_in_order.begin(), reader.latencies_in_order.end());
    EXPECT_TRUE(value_of("p50_ns", view())) << "the cell's main figure stays";
    EXPECT_FALSE(value_of("p90_ns", view()));
    EXPECT_FALSE(value_of("p99_ns", view()));
}

TEST_F(metrics_test, costs_are_summed_over_both_processes_per_message) {
    EXPECT_DOUBLE_EQ(*value_of("cpu_ns_per_message", view()), 2000);
    EXPECT_DOUBLE_EQ(*value_of("producer_cpu_ns_per_message", view()), 1000);
    EXPECT_DOUBLE_EQ(*value_of("switches_per_message", view()), 2.0);
    EXPECT_DOUBLE_EQ(*value_of("voluntary_switches_per_message", view()), 1.89);
    EXPECT_DOUBLE_EQ(*value_of("involuntary_switches_per_message", view()), 0.11);
    EXPECT_DOUBLE_EQ(*value_of("minor_faults_per_message", view()), 0.008);
}

TEST_F(metrics_test, what_the_sender_spins_until_a_message_is_due_is_no_cpu_time_of_the_design) {
    what.kind = pattern::paced;
    const double all = *value_of("core_share", view());
    auto& figures = repetition.sides[0].measured.figures;
    figures["pacing_ns"] =
        0.25 * static_cast<double>(repetition.sides[0].measured.consumed.cpu_ns());
    EXPECT_NEAR(*value_of("core_share", view()), all * 7 / 8, 1e-9);
    figures["pacing_ns"] = 1e12;  // it was preempted while it span
    EXPECT_NEAR(*value_of("core_share", view()), all / 2, 1e-9) << "the consumer's share stays";
}

TEST_F(metrics_test, memory_of_a_mechanism_is_without_the_workers_and_counts_shared_pages_once) {
    EXPECT_FALSE(value_of("memory_bytes", view())) << "a worker of another language";
    for (auto& each : repetition.sides) {
        each.peak_resident_bytes = 10'000;
        each.measured.figures = {
            {"own_resident_bytes", 6'000}, {"shared_bytes", 2'000}, {"log_bytes", 500}};
    }
    // 3,500 each; of the producer's 2,000 that are shared 500 are its log.
    EXPECT_DOUBLE_EQ(*value_of("memory_bytes", view()), 7'000 - 1'500);
    repetition.sides[1].peak_resident_bytes = 1'000;
    EXPECT_DOUBLE_EQ(*value_of("memory_bytes", view()), 0);
    repetition.sides[1].peak_resident_bytes.reset();
    EXPECT_FALSE(value_of("memory_bytes", view()));
}

TEST_F(metrics_test, user_and_system_time_are_told_apart_only_in_a_long_phase) {
    EXPECT_FALSE(value_of("user_ns_per_message", view())) << "a millisecond";
    EXPECT_FALSE(value_of("system_ns_per_message", view()));
    repetition.sides[0].measured.last_ticks = 1'000'000 + 2'000'000'000;
    EXPECT_DOUBLE_EQ(*value_of("user_ns_per_message", view()), 700);
    EXPECT_DOUBLE_EQ(*value_of("system_ns_per_message", view()), 1300);
}

TEST_F(metrics_test, a_services_part_of_all_its_processes_is_added_and_shown_apart) {
    EXPECT_FALSE(value_of("service_cpu_ns_per_message", view()));
    repetition.has_service = true;
    EXPECT_FALSE(value_of("cpu_ns_per_message", view())) << "without it the sum would be too small";
    auto& processes = repetition.sides[0].measured.services;
    processes = {{1, "broker", process_usage{400'000, 1'000, 4, 1}},
                 {2, "helper", process_usage{100'000, 0, 6, 1}}};
    EXPECT_DOUBLE_EQ(*value_of("service_cpu_ns_per_message", view()), 500);
    EXPECT_DOUBLE_EQ(*value_of("cpu_ns_per_message", view()), 2500);
    EXPECT_DOUBLE_EQ(*value_of("switches_per_message", view()), 3.01);
    EXPECT_DOUBLE_EQ(*value_of("involuntary_switches_per_message", view()), 0.12);
    processes.push_back({3, "hidden", std::nullopt});
    EXPECT_FALSE(value_of("service_cpu_ns_per_message", view())) << "one of them is unknown";
}

/// Three producers to one consumer, each producer like the others but for when it worked.
TEST_F(metrics_test,
       of_many_parties_costs_and_messages_are_all_parties_and_the_phase_is_the_longest) {
    what.kind = pattern::one_way;
    const worker_report consumer = repetition.sides[1];
    repetition.parties = {
        {role::producer, 0}, {role::producer, 1}, {role::producer, 2}, {role::consumer, 0}};
    repetition.sides.assign(3, repetition.sides[0]);
    repetition.sides.push_back(consumer);
    repetition.sides[1].measured.first_ticks = 500'000;
    for (auto& each : repetition.sides)
        each.peak_resident_bytes = 1'000;
    EXPECT_DOUBLE_EQ(view().counted_messages(), 3'000);
    EXPECT_DOUBLE_EQ(view().messages(), 984);
    EXPECT_DOUBLE_EQ(view().elapsed_ns(), 2'468'000);
    EXPECT_DOUBLE_EQ(*value_of("cpu_ns_per_message", view()), 4e6 / 3'000);
    EXPECT_DOUBLE_EQ(*value_of("producer_cpu_ns_per_message", view()), 1'000);
    EXPECT_DOUBLE_EQ(*value_of("consumer_cpu_ns_per_message", view()), 1e6 / 3'000);
    EXPECT_DOUBLE_EQ(*value_of("switches_per_message", view()), 4'000.0 / 3'000);
    EXPECT_DOUBLE_EQ(*value_of("peak_rss_bytes", view()), 4'000);
    repetition.sides[2].peak_resident_bytes.reset();
    EXPECT_FALSE(value_of("peak_rss_bytes", view())) << "one of them cannot tell";
}

TEST_F(metrics_test, of_many_readers_what_arrived_and_what_was_lost_is_summed) {
    what.kind = pattern::one_way;
    repetition.parties = {{role::producer, 0}, {role::consumer, 0}, {role::consumer, 1}};
    repetition.sides.push_back(repetition.sides[1]);
    repetition.sides[2].measured.lost = 32;
    repetition.sides[2].measured.last_ticks += 1'000;
    EXPECT_DOUBLE_EQ(view().messages(), 2 * 984);
    EXPECT_DOUBLE_EQ(view().elapsed_ns(), 1'969'000);
    EXPECT_DOUBLE_EQ(*value_of("lost_share", view()), 32.0 / (2 * 984 + 32));
}

TEST_F(metrics_test, a_block_without_stamps_gives_its_mean) {
    EXPECT_FALSE(value_of("block_mean_ns", view()));
    repetition.sides[0].measured.untimed_exchanges = 10'000;
    repetition.sides[0].measured.untimed_ns = 2'500'000;
    EXPECT_DOUBLE_EQ(*value_of("block_mean_ns", view()), 250);
}

TEST_F(metrics_test, a_figure_that_one_side_lacks_is_none) {
    EXPECT_FALSE(value_of("run_delay_ns_per_message", view()));
    EXPECT_EQ(value_of("migrations", view()), 0);
}

TEST_F(metrics_test, a_round_trip_has_latencies_and_no_throughput) {
    EXPECT_DOUBLE_EQ(*value_of("mean_ns", view()), 1000);
    EXPECT_NEAR(*value_of("p50_ns", view()), 1000, 4);
    EXPECT_FALSE(value_of("p99_ns", view())) << "984 samples support no p99";
    EXPECT_FALSE(value_of("messages_per_second", view()));
    EXPECT_FALSE(value_of("bytes_per_second", view()));
}

TEST_F(metrics_test, a_stream_is_rated_by_what_the_consumer_saw) {
    what.kind = pattern::one_way;
    repetition.sides[0].latencies = histogram();
    EXPECT_DOUBLE_EQ(*value_of("messages_per_second", view()), 984 / 1'968'000.0 * 1e9);
    EXPECT_DOUBLE_EQ(*value_of("bytes_per_second", view()), 4096 * 984 / 1'968'000.0 * 1e9);
    EXPECT_FALSE(value_of("p50_ns", view()));
    EXPECT_FALSE(value_of("mean_ns", view()));
}

TEST_F(metrics_test, untouched_bytes_are_no_bandwidth) {
    what.kind = pattern::one_way;
    what.reads = touch::desc;
    EXPECT_FALSE(value_of("bytes_per_second", view()));
    EXPECT_TRUE(value_of("messages_per_second", view()));
}

TEST_F(metrics_test, loss_is_a_share_of_what_was_sent) {
    what.kind = pattern::one_way;
    repetition.sides[1].measured.lost = 16;
    EXPECT_DOUBLE_EQ(*value_of("lost_share", view()), 0.016);
}

TEST_F(metrics_test, a_few_messages_of_many_that_were_lost_are_no_rate) {
    what.kind = pattern::one_way;
    repetition.sides[1].measured.messages = 99;
    EXPECT_TRUE(value_of("messages_per_second", view())) << "large ones, of which none was lost";
    repetition.sides[1].measured.lost = 1;
    EXPECT_FALSE(value_of("messages_per_second", view()));
    EXPECT_FALSE(value_of("bytes_per_second", view()));
    EXPECT_DOUBLE_EQ(*value_of("lost_share", view()), 0.01) << "which is told all the same";
    repetition.sides[1].measured.messages = 100;
    EXPECT_TRUE(value_of("messages_per_second", view()));
}

TEST_F(metrics_test, sixteen_mebibyte_messages_do_not_overflow) {
    what.kind = pattern::one_way;
    what.payload_bytes = std::size_t{16} << 20;
    repetition.sides[1].measured.messages = std::uint64_t{1} << 50;
    EXPECT_GT(*value_of("bytes_per_second", view()), 1e24);
}

}  // namespace
}  // namespace ipcmark
