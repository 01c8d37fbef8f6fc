#include "harness/result/pattern_metrics.hpp"

#include <gtest/gtest.h>

#include "harness/result/test/metric_value.hpp"

namespace ipcmark {
namespace {

/// An exchange of one duration, and so many context switches a round trip.
repetition_result exchange(std::int64_t round_trip_ns, std::int64_t switches_each) {
    repetition_result result;
    measurement& first = result.sides[0].measured;
    first.counted_messages = 1000;
    first.messages = 1000;
    first.consumed.voluntary_switches = 500 * switches_each;
    result.sides[1].measured.consumed.voluntary_switches = 500 * switches_each;
    for (int i = 0; i < 1000; ++i)
        result.sides[0].latencies.record(round_trip_ns);
    return result;
}

class pattern_metrics_test : public testing::Test {
protected:
    repetition_view view() { return {what, repetition, clock}; }
    cell what{"pipe", pattern::decompose, 64, placement::l3, touch::rw, 16};
    repetition_result repetition;
    shared_clock clock{clock_parameters{}};
};

TEST_F(pattern_metrics_test, a_round_trip_is_taken_apart) {
    repetition = exchange(10'000, 2);
    repetition.inside = {exchange(1'000, 0)};
    repetition.one_cpu = {exchange(3'000, 2)};
    EXPECT_NEAR(*value_of("one_process_ns", view()), 1'000, 8);
    EXPECT_NEAR(*value_of("one_cpu_ns", view()), 3'000, 24);
    EXPECT_NEAR(*value_of("two_cpus_ns", view()), 10'000, 80);
    EXPECT_NEAR(*value_of("syscall_copy_ns", view()), 500, 4);
    EXPECT_NEAR(*value_of("context_switch_ns", view()), 1'000, 20);
    EXPECT_NEAR(*value_of("hop_ns", view()), 5'000, 50);
    EXPECT_NEAR(*value_of("sleep_and_transfer_ns", view()), 4'500, 50);
    EXPECT_FALSE(value_of("wake_up_ns", view())) << "nothing tells it from the transfer";
    EXPECT_FALSE(value_of("cross_core_transfer_ns", view()));
    EXPECT_EQ(hop_note(view()), "");
    EXPECT_FALSE(value_of("p50_ns", view())) << "its parts have their own keys";
}

TEST_F(pattern_metrics_test, a_sibling_that_polls_tells_the_transfer_from_the_wake_up) {
    repetition = exchange(70'000, 2);
    repetition.inside = {exchange(800, 0)};
    repetition.polling = {exchange(1'900, 0)};
    EXPECT_NEAR(*value_of("cross_core_transfer_ns", view()), 550, 15);
    EXPECT_NEAR(*value_of("wake_up_ns", view()), 34'050, 300);
    EXPECT_FALSE(value_of("sleep_and_transfer_ns", view()));
    double parts_ns = 0;
    for (const char* part : {"syscall_copy_ns", "cross_core_transfer_ns", "wake_up_ns"})
        parts_ns += *value_of(part, view());
    EXPECT_NEAR(parts_ns, *value_of("hop_ns", view()), 1e-6) << "parts of one hop";
}

TEST_F(pattern_metrics_test, a_wake_up_is_stamped_where_the_receiver_slept) {
    repetition = exchange(70'000, 2);
    repetition.waking = {exchange(0, 2)};
    repetition.waking.front().sides[1].measured.figures["send_p50_ns"] = 36'000;
    EXPECT_EQ(value_of("post_to_running_ns", view()), 36'000.0);
    repetition.waking.front().sides[1].measured.consumed.voluntary_switches = 500;
    EXPECT_FALSE(value_of("post_to_running_ns", view())) << "it slept every other time";
    repetition.waking.clear();
    EXPECT_FALSE(value_of("post_to_running_ns", view()));
}

TEST_F(pattern_metrics_test, where_nobody_sleeps_there_is_no_wake_up) {
    repetition = exchange(400, 0);
    repetition.inside = {exchange(100, 0)};
    EXPECT_FALSE(value_of("wake_up_ns", view()));
    EXPECT_FALSE(value_of("sleep_and_transfer_ns", view()));
    EXPECT_FALSE(value_of("context_switch_ns", view()));
    EXPECT_TRUE(value_of("syscall_copy_ns", view()));
    EXPECT_NE(hop_note(view()).find("no wake-up"), std::string::npos);
}

TEST_F(pattern_metrics_test, a_part_may_be_negative_and_says_so_elsewhere) {
    repetition = exchange(10'000, 2);
    repetition.inside = {exchange(4'000, 0)};
    repetition.one_cpu = {exchange(3'000, 2)};
    EXPECT_LT(*value_of("context_switch_ns", view()), 0);
}

TEST_F(pattern_metrics_test, setting_up_takes_from_the_first_to_begin_to_the_last_to_be_ready) {
    what.kind = pattern::setup;
    repetition.spawned_ns = 1'000;
    repetition.sides[0].started_ns = 2'000'000;
    repetition.sides[1].started_ns = 3'001'000;
    repetition.sides[0].measured.figures = {{"begun_ticks", 1'000},
                                            {"constructed_ticks", 51'000},
                                            {"exchanged_ticks", 60'000},
                                            {"teardown_ticks", 700}};
    repetition.sides[1].measured.figures = {{"begun_ticks", 1'500},
                                            {"constructed_ticks", 41'000},
                                            {"exchanged_ticks", 65'000},
                                            {"teardown_ticks", 900}};
    EXPECT_DOUBLE_EQ(*value_of("construct_ns", view()), 50'000);
    EXPECT_DOUBLE_EQ(*value_of("first_message_ns", view()), 5'000);
    EXPECT_DOUBLE_EQ(*value_of("teardown_ns", view()), 900);
    EXPECT_DOUBLE_EQ(*value_of("spawn_ns", view()), 3'000'000);
    repetition.sides[1].measured.figures["exchanged_ticks"] = 0;
    EXPECT_FALSE(value_of("first_message_ns", view())) << "it was lost";
}

class paced_metrics_test : public pattern_metrics_test {
protected:
    paced_metrics_test() { what.kind = pattern::paced; }
    void say(double offered, double achieved, double growth, double lag) {
        repetition.sides[0].measured.figures = {{"offered_per_second", offered},
                                                {"achieved_per_second", achieved}};
        repetition.sides[1].measured.figures = {{"response_growth", growth},
                                                {"lag_of_response", lag}};
    }
};

TEST_F(paced_metrics_test, a_rate_that_is_not_kept_is_saturation) {
    say(100'000, 100'000, 1, 0);
    EXPECT_FALSE(is_saturated(view()));
    say(100'000, 98'000, 1, 0);
    EXPECT_TRUE(is_saturated(view()));
    say(100'000, 100'000, 5, 0.5);
    EXPECT_FALSE(is_saturated(view())) << "nothing is queued";
    for (int i = 0; i < 100; ++i)
        repetition.sides[1].latencies.record(1'000'000);
    EXPECT_TRUE(is_saturated(view())) << "a queue of 100 messages that only grows";
    say(100'000, 100'000, 5, 0.01);
    EXPECT_FALSE(is_saturated(view()));
}

TEST_F(paced_metrics_test, responses_are_the_consumers_and_beyond_the_clocks_uncertainty) {
    clock_parameters parameters;
    parameters.cross_cpu_offset_low_ns = -90;
    parameters.cross_cpu_offset_high_ns = 90;
    clock = shared_clock(parameters);
    for (int i = 0; i < 1000; ++i)
        repetition.sides[1].latencies.record(i < 980 ? 500 : 5'000);
    EXPECT_FALSE(value_of("p50_ns", view())) << "500 ns is below ten times 90 ns";
    EXPECT_NEAR(*value_of("p99_ns", view()), 5'000, 40);
    what.place = placement::same_cpu;
    EXPECT_NEAR(*value_of("p50_ns", view()), 500, 4) << "one CPU, one clock";
}

}  // namespace
}  // namespace ipcmark
