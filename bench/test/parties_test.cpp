#include "bench/test/cli_test.hpp"

/// More than a pair, from the command line to the files.
namespace ipcmark::test {
namespace {

class parties : public cli_test {
protected:
    nlohmann::json cell(const std::string& name) const {
        for (const auto& each : cells())
            if (each.at("name") == name) return each;
        ADD_FAILURE() << "no cell " << name;
        return {};
    }

    /// Processes at one time that the machine has CPUs for are few: these take the time of many.
    const std::string several = tiny + "--placement free --deadline 60 ";
};

TEST_F(parties, that_are_none_are_refused_where_they_are_read) {
    expect_refused(2, "ipcmark run --parties 4", "'4' is no number of parties; write 4:1");
    expect_refused(2, "ipcmark run --parties 1:1,4x2:1", "several of what is no pair");
    expect_refused(2, "ipcmark run --parties 200:1", "more than 128 processes");
    box.write("p.json",
              "{\"schema\": {\"name\": \"ipcmark.plan\", \"version\": \"1.0\"}, \"parties\": "
              "[\"1:1\", \"0:1\"]}");
    expect_refused(2, "ipcmark run --plan p.json", "/parties/1");
}

TEST_F(parties, of_streams_share_an_object_or_have_channels) {
    expect_code(0, several + "--pattern one_way --mechanism posix_mq,pipe --parties 1:1,3:1");
    EXPECT_FALSE(cell("one_way/pipe/64/free").contains("parties"));
    for (const auto& [mechanism, how] : {std::pair{"posix_mq", "shared"}, {"pipe", "separate"}}) {
        const auto of = cell(std::string("one_way/") + mechanism + "/64/free/parties=3:1");
        ASSERT_EQ(of.at("status"), "ok") << of.dump();
        const auto& told = of.at("parties");
        EXPECT_EQ(told.at("text"), "3:1");
        EXPECT_EQ(told.at("topology"), how);
        EXPECT_EQ(told.at("producers"), 3);
        EXPECT_EQ(told.at("consumers"), 1);
        EXPECT_EQ(told.at("oversubscribed"), told.at("cpus") < 4);
        const auto& summary = of.at("summary");
        EXPECT_GT(summary.at("messages_per_second").at("median"), 0);
        EXPECT_GT(summary.at("fairness").at("median"), 0);
        EXPECT_LE(summary.at("fairness").at("median"), 1);
        EXPECT_GT(summary.at("cpu_ns_per_message").at("median"), 0);
        EXPECT_FALSE(summary.contains("ratio_to_floor")) << "two processes' limit";
    }
    EXPECT_EQ(expect_code(0, "ipcmark validate results.json").out, "results.json: valid\n");
}

TEST_F(parties, of_round_trips_are_clients_with_latencies_of_their_own) {
    expect_code(0, several + "--mechanism unix_stream --parties 1:3,2x1:1");
    const auto served = cell("round_trip/unix_stream/64/free/parties=1:3");
    ASSERT_EQ(served.at("status"), "ok") << served.dump();
    for (const char* metric :
         {"p50_ns", "quickest_p50_ns", "slowest_p50_ns", "exchanges_per_second"})
        EXPECT_GT(served.at("summary").at(metric).at("median"), 0) << metric;
    for (const auto& repetition : repetitions()) {
        std::size_t clients = 0;
        for (const auto& peer : repetition.at("ipc").at("peers"))
            if (peer.at("role") == "producer") {
                EXPECT_GT(peer.at("messages"), 0);
                ++clients;
            }
        EXPECT_EQ(clients, repetition.at("ipc").at("cell") == served.at("name") ? 3u : 2u);
    }
    EXPECT_EQ(cell("round_trip/unix_stream/64/free/parties=2x1:1").at("parties").at("topology"),
              "pairs");
    const auto text = expect_code(0, "ipcmark report results.json --format text").out;
    EXPECT_TRUE(matches(text, "unix_stream, 3 clients "));
}

TEST_F(parties, that_cannot_be_connected_are_skipped_with_a_reason) {
    expect_code(0, several +
                       "--mechanism pipe,shm_ring_futex --pattern round_trip,one_way "
                       "--parties 1:2,2:1");
    const auto ring = cell("round_trip/shm_ring_futex/64/free/parties=1:2");
    EXPECT_EQ(ring.at("status"), "skipped");
    EXPECT_EQ(ring.at("reason").at("code"), "parties");
    EXPECT_EQ(cell("round_trip/pipe/64/free/parties=2:1").at("status"), "skipped");
    EXPECT_EQ(cell("one_way/pipe/64/free/parties=1:2").at("status"), "skipped");
    EXPECT_EQ(cell("one_way/pipe/64/free/parties=2:1").at("status"), "ok");
}

TEST_F(parties, are_part_of_a_plan_that_is_printed_and_read_again) {
    const auto printed =
        expect_code(0, "ipcmark run --profile quick --parties 1:1,4:1 --print-plan").out;
    EXPECT_EQ(nlohmann::json::parse(printed).at("parties"), (nlohmann::json{"1:1", "4:1"}));
    const auto pairs = expect_code(0, "ipcmark run --profile quick --print-plan").out;
    EXPECT_FALSE(nlohmann::json::parse(pairs).contains("parties"));
    for (const char* profile : {"server", "logging", "notifier"}) {
        const auto cells =
            expect_code(0, std::string("ipcmark run --dry-run --profile ") + profile);
        EXPECT_TRUE(matches(cells.out, "parties=")) << cells.out;
    }
}

TEST_F(parties, that_a_mechanism_can_have_are_listed) {
    EXPECT_TRUE(matches(expect_code(0, "ipcmark list --long --mechanism posix_mq").out,
                        "parties +1:1, 2x1:1, n:1 one_way \\(shared\\), 1:n one_way "
                        "\\(shared\\), 1:n round_trip "
                        "\\(separate\\)"));
    EXPECT_TRUE(matches(expect_code(0, "ipcmark list --json --mechanism shm_ring_futex").out,
                        "\"parties\": \"1:1, 2x1:1\""));
}

}  // namespace
}  // namespace ipcmark::test
