#include "harness/run/test/runner_fixture.hpp"

namespace ipcmark {
namespace {

class open_loop_test : public runner_test {
protected:
    open_loop_test() {
        options.stage_deadline_ms = 5'000;
        request.what.depth = 1024;
        request.work.warm_up_messages = 10;
        request.work.warm_up_min_ns = 0;
        request.work.timed_ns = 400'000'000;
    }
};

TEST_F(open_loop_test, a_stall_shows_in_every_message_that_it_delayed) {
    request.what.transport = "faulty_stall";
    request.what.kind = pattern::paced;
    request.work.pace.rate_hz = 10'000;
    const repetition_result paced = run();
    ASSERT_FALSE(paced.failed) << paced.failed->text;
    EXPECT_GE(paced.consumer().latencies.supported_quantile_ns(0.99).value(), 40e6)
        << "500 of 4,000 messages were due while the producer stood still for 50 ms";
    request.what.kind = pattern::round_trip;
    const repetition_result closed = run();
    ASSERT_FALSE(closed.failed) << closed.failed->text;
    EXPECT_GE(closed.producer().latencies.greatest_ns(), 50'000'000u);
    EXPECT_LT(closed.producer().latencies.supported_quantile_ns(0.99).value(), 40e6)
        << "a closed loop waits with it: coordinated omission";
}

TEST_F(open_loop_test, a_paced_cell_says_how_well_the_schedule_was_kept) {
    request.what.kind = pattern::paced;
    request.work.pace.rate_hz = 2'000;
    request.work.pace.poisson = true;
    const repetition_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    const measurement& producer = result.producer().measured;
    EXPECT_EQ(producer.messages, result.consumer().measured.messages);
    EXPECT_NEAR(static_cast<double>(producer.messages), 800, 200) << "Poisson: 800 +- 28";
    EXPECT_NEAR(producer.figures.at("offered_per_second"), 2'000, 500);
    EXPECT_GT(producer.figures.at("achieved_per_second"), 0);
    EXPECT_LE(producer.figures.at("missed_share"), 1);
    EXPECT_EQ(result.consumer().latencies.count(), result.consumer().measured.messages);
    EXPECT_LE(result.consumer().measured.figures.at("send_p50_ns"),
              result.consumer().latencies.quantile_ns(0.5) * 1.01);
}

TEST_F(open_loop_test, the_instrument_tells_its_own_cost) {
    request.what.kind = pattern::paced;
    request.work.pace.rate_hz = 2'000;
    const repetition_result spun = run();
    ASSERT_FALSE(spun.failed) << spun.failed->text;
    const auto& figures = spun.producer().measured.figures;
    EXPECT_GT(figures.at("pacing_ns"), 0);
    EXPECT_LT(figures.at("pacing_ns"), 400e6) << "the whole phase";
    EXPECT_EQ(figures.at("log_bytes"),
              16.0 * static_cast<double>(spun.producer().measured.messages));
    EXPECT_GT(figures.at("own_resident_bytes"), 100'000);
    request.work.pace.may_spin = false;
    const repetition_result slept = run();
    ASSERT_FALSE(slept.failed) << slept.failed->text;
    EXPECT_EQ(slept.producer().measured.figures.at("pacing_ns"), 0);
}

TEST_F(open_loop_test, what_cannot_be_sent_in_time_is_missed_and_not_forgotten) {
    request.what.kind = pattern::paced;
    request.work.timed_ns = 50'000'000;
    request.work.pace.rate_hz = 20e6;  // beyond any socket
    const repetition_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    EXPECT_GT(result.producer().measured.figures.at("missed_share"), 0.5);
    EXPECT_LT(result.producer().measured.figures.at("achieved_per_second"), 19e6);
}

TEST_F(open_loop_test, a_silence_precedes_each_message_of_wake) {
    request.what.kind = pattern::wake;
    request.work.pace.gap_ns = 5'000'000;
    const repetition_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    const auto messages = result.consumer().measured.messages;
    EXPECT_GE(messages, 2u);
    EXPECT_LE(messages, 82u) << "no more than fit into 400 ms with 5 ms between them";
    EXPECT_EQ(result.consumer().latencies.count(), messages);
}

TEST_F(open_loop_test, a_burst_is_drained_before_the_next_one) {
    request.what.kind = pattern::burst;
    request.work.timed_ns = 50'000'000;
    request.work.pace.burst = 8;
    request.work.pace.gap_ns = 200'000;
    const repetition_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    EXPECT_EQ(result.consumer().measured.messages % 8, 0u);
    EXPECT_GE(result.consumer().measured.figures.at("drain_ns"),
              static_cast<double>(result.consumer().latencies.least_ns()));
}

TEST_F(open_loop_test, a_reader_at_will_tells_ages_from_when_a_value_was_written) {
    request.what.transport = "shm_triple_buffer";
    request.what.kind = pattern::state;
    request.work.pace.rate_hz = 1'000;
    const repetition_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    const measurement& reader = result.consumer().measured;
    EXPECT_GE(reader.messages, least_state_values);
    EXPECT_LE(reader.messages, result.producer().measured.messages);
    EXPECT_GE(result.consumer().latencies.quantile_ns(0.5), 0.4e6)
        << "of a value that is replaced each millisecond half a millisecond, whoever stalls";
    EXPECT_GT(reader.figures.at("reads_per_second"), 2'000) << "each value more than once";
    EXPECT_GT(reader.figures.at("seen_share"), 0);
    EXPECT_LE(reader.figures.at("seen_share"), 1);
    EXPECT_EQ(reader.figures.at("retried_share"), 0) << "three buffers: always one to read";
    EXPECT_GT(result.producer().measured.figures.at("write_p50_ns"), 0);
    EXPECT_NEAR(result.producer().measured.figures.at("offered_per_second"), 1'000, 100);
}

TEST_F(open_loop_test, a_state_with_few_values_has_no_figures) {
    request.what.transport = "shm_seqlock";
    request.what.kind = pattern::state;
    request.work.pace.rate_hz = 1'000;
    request.work.timed_ns = 50'000'000;
    const repetition_result result = run();
    ASSERT_FALSE(result.failed) << result.failed->text;
    EXPECT_LT(result.consumer().measured.messages, least_state_values);
    EXPECT_EQ(result.consumer().latencies.count(), 0u);
    EXPECT_FALSE(result.consumer().measured.figures.contains("reads_per_second"));
}

}  // namespace
}  // namespace ipcmark
