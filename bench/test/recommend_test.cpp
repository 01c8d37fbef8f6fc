#include <filesystem>

#include "bench/test/cli_test.hpp"

namespace ipcmark::test {
namespace {

const std::string shortly = " --time-budget 3s --quiet ";

class recommend : public cli_test {
protected:
    nlohmann::json answer_of(const std::string& arguments, int code = 0) {
        return nlohmann::json::parse(
            expect_code(code, "ipcmark recommend --format json " + arguments).out);
    }
    void write_design(const std::string& flow) const {
        box.write("d.json", R"({"schema": {"name": "ipcmark.design", "version": "1.0"},
            "flows": [)" + flow +
                                "]}");
    }
};

TEST_F(recommend, measures_what_could_meet_a_design_and_says_what_to_take) {
    const auto ended = expect_code(
        0, "ipcmark recommend --payload 64 --rate 500 --p50 '<1s' -m pipe,shm_ring_spin,udp" +
               shortly + "--record r.md --why-not udp");
    EXPECT_TRUE(matches(ended.out, "flow: take pipe \\(latency.p50 .*\\): it meets all 3"))
        << ended.out;
    EXPECT_TRUE(matches(ended.out,
                        "udp: left out, it may lose messages \\(`ipcmark conform "
                        "--mechanism udp --check \\w+`\\)"))
        << ended.out;
    EXPECT_TRUE(matches(box.read("r.md"), "^# recommendation\n\n- flow: take pipe"));
}

TEST_F(recommend, gives_every_verdict_as_json_and_keeps_what_was_measured) {
    expect_code(0, "mkdir kept");
    const auto answer =
        answer_of("--rate 500 --p50 '<1ns' -m pipe --results kept" + shortly + "--require-met", 1);
    EXPECT_TRUE(answer.at("flows")[0].at("recommended").is_null());
    const auto candidate = answer.at("flows")[0].at("candidates")[0];
    EXPECT_EQ(candidate.at("fit"), "misses");
    EXPECT_EQ(candidate.at("verdicts")[0].at("outcome"), "missed");
    expect_code(0, "ipcmark validate kept/flow-screening.json kept/flow-thorough.json");
    const auto again = answer_of("--rate 500 --p50 '<1ns' -m pipe --from kept/flow-thorough.json");
    EXPECT_EQ(again.at("flows")[0].at("candidates")[0].at("verdicts"), candidate.at("verdicts"));
    expect_refused(4, "ipcmark recommend --rate 501 --p50 '<1s' --from kept/flow-thorough.json",
                   "no result has a cell for this design");
}

TEST_F(recommend, reads_designs_and_changes_them_for_once) {
    write_design(R"({"name": "a", "payload": "64", "rate": "500", "latency": {"p50": "< 1s"}},
                    {"name": "b", "kind": "request", "payload": "1k"})");
    expect_code(0, "ipcmark validate --design d.json");
    const auto answer = answer_of("d.json -m pipe --what-if payload=128" + shortly);
    ASSERT_EQ(answer.at("flows").size(), 2u);
    EXPECT_EQ(answer.at("flows")[0].at("candidates")[0].at("cell"), "paced/pipe/128/free/rate=500");
    EXPECT_EQ(answer.at("flows")[1].at("candidates")[0].at("cell"), "round_trip/pipe/128/free");
    EXPECT_EQ(answer.at("design").at("flows")[1].at("payload"), "128");
}

TEST_F(recommend, what_sleeps_and_is_quicker_than_waking_is_called_contradictory) {
    const auto answer = answer_of("--rate 500 --p50 '<1ns' -m pipe" + shortly);
    const auto found = answer.at("flows")[0].at("contradictions");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].at("requirement"), "latency.p50");
    EXPECT_GT(found[0].at("wake_ns"), 1);
    EXPECT_TRUE(matches(answer.at("answer")[1], "contradict each other on this machine"));
}

TEST_F(recommend, measures_beside_a_command_and_ends_it) {
    const auto answer =
        answer_of("--rate 500 --p50 '<1s' -m pipe --beside 'echo here > ran; sleep 71'" + shortly);
    EXPECT_EQ(answer.at("beside"), "echo here > ran; sleep 71");
    EXPECT_EQ(box.read("ran"), "here\n");
    EXPECT_EQ(expect_code(1, "pgrep -f 'sleep 71$'").out, "");
    expect_refused(5,
                   "ipcmark recommend --rate 500 --p50 '<1s' -m pipe --beside 'exit 3'" + shortly,
                   "'exit 3' has ended .exit code 3. before all was measured");
    expect_refused(2, "ipcmark recommend --rate 5 --p50 '<1s' --from x.json --beside hog",
                   "--beside is of no use with --from");
}

TEST_F(recommend, measures_the_silence_and_the_burst_of_a_design) {
    const auto answer = answer_of(
        "--rate 500 --p50 '<1s' --silence 1ms --wake-p50 '<1s' --burst 8 --burst-arrived '<1s' "
        "--memory '<1G' -m pipe" +
        shortly);
    const auto verdicts = answer.at("flows")[0].at("candidates")[0].at("verdicts");
    std::string words;
    for (const auto& each : verdicts) {
        words += each.at("requirement").get<std::string>() + " ";
        EXPECT_TRUE(each.contains("figures")) << each;
    }
    EXPECT_EQ(words, "latency.p50 wake.p50 burst_arrived memory rate sleeps ");
    expect_refused(2, "ipcmark recommend --rate 5 --silence 1ms",
                   "nothing asked of it: add a limit");
    expect_refused(2, "ipcmark recommend --rate 5 --wake-p50 '<1ms'", "say silence as well");
}

TEST_F(recommend, several_processes_are_told_whether_they_sleep) {
    const auto answer = answer_of("--request --parties 1:3 --p50 '<1s' -m unix_stream" + shortly);
    const auto verdicts = answer.at("flows")[0].at("candidates")[0].at("verdicts");
    EXPECT_EQ(verdicts[1].at("requirement"), "sleeps");
    EXPECT_EQ(verdicts[1].at("outcome"), "met");
    EXPECT_EQ(answer.at("flows")[0].at("recommended"), "unix_stream");
}

TEST_F(recommend, a_design_of_fifty_flows_is_answered_flow_by_flow) {
    expect_code(0, "mkdir kept");
    answer_of("--rate 500 --p50 '<1s' -m pipe --results kept" + shortly);
    std::string flows;
    for (int i = 0; i < 50; ++i)
        flows += std::string(i == 0 ? "" : ",") +
                 R"({"payload": "64", "rate": "500", "latency": {"p50": "< 1s"}})";
    write_design(flows);
    const auto answer = answer_of("d.json -m eventfd,pipe --from kept/flow-thorough.json");
    ASSERT_EQ(answer.at("flows").size(), 50u);
    for (const auto& flow : answer.at("flows"))
        EXPECT_EQ(flow.at("recommended"), "pipe");
}

TEST_F(recommend, worked_designs_are_valid) {
    const std::filesystem::path folder = IPCMARK_SOURCE "/bench/plans/designs";
    std::size_t designs = 0;
    for (const auto& each : std::filesystem::directory_iterator(folder))
        if (each.path().extension() == ".json") {
            expect_code(0, "ipcmark validate --design " + each.path().string());
            ++designs;
        }
    EXPECT_GE(designs, 8u);
}

TEST_F(recommend, what_makes_no_sense_is_refused) {
    const std::string start = "ipcmark recommend --quiet ";
    expect_refused(2, start, "what is to be met");
    expect_refused(2, start + "--rate -5", "--rate: '-5' is no value");
    expect_refused(2, start + "--rate 1e300", "--rate: '1e300' is no rate");
    expect_refused(2, start + "--p99 soon", "--p99: 'soon' is no value of p99_ns");
    expect_refused(2, start + "--cpu '<5%'", "cpu is judged at a rate");
    expect_refused(2, start + "--payload 0", "--payload: ");
    expect_refused(2, start + "--rate 1 --must duplx",
                   "there is no trait 'duplx'; did you mean duplex");
    expect_refused(2, start + "--rate 1 --prefer speed",
                   "--prefer: there is nothing called 'speed'");
    expect_refused(2, start + "--rate 1 --what-if fast", "--what-if: 'fast' is not of the form");
    expect_refused(2, start + "--rate 1 --from ,", "--from names no file");
    expect_refused(2, start + "--rate 1 --format xml", "--format 'xml' is not one of");
    expect_refused(2, start + "--rate 1 --placement moon", "there is no placement 'moon'");
    expect_refused(2, start + "nothing.json", "nothing.json");
    expect_refused(5, start + "--rate 1 --results nowhere", "there is no folder nowhere");
    expect_refused(4, start + "-m eventfd --rate 10" + shortly, "no mechanism is left");
    write_design(R"({"payload": "64", "latancy": {"p99": "< 1ms"}})");
    expect_refused(2, start + "d.json", "d.json: /flows/0/latancy is not a known key");
    write_design(R"({"latency": {"p99": "> 1ms"}})");
    expect_refused(2, "ipcmark validate --design d.json",
                   "d.json: /flows/0/latency/p99: .*has to lie below");
    write_design(R"({"rate": "1"})");
    expect_refused(2, start + "d.json --rate 2", "the design is a file");
}

}  // namespace
}  // namespace ipcmark::test
