#include "bench/test/cli_test.hpp"

/// Two programs that know nothing of ipcmark, seen from outside.
namespace ipcmark::test {
namespace {

using nlohmann::json;

class program_pair : public cli_test {
protected:
    /// Runs a producer and a consumer, both of them shell scripts.
    outcome run_pair(const std::string& producer, const std::string& consumer,
                     const std::string& more = "") {
        box.write("producer.sh", producer + "\n");
        box.write("consumer.sh", consumer + "\n");
        return box.run(pair + more);
    }

    json cell() { return result("r.json").at("cells").at(0); }

    void expect_failed(const std::string& producer, const std::string& consumer,
                       const std::string& why, const std::string& ended = "failed") {
        const outcome done = run_pair(producer, consumer, "--deadline 2 ");
        EXPECT_EQ(done.code, 3) << done.err;
        EXPECT_EQ(cell().at("status"), ended);
        EXPECT_TRUE(matches(cell().at("reason").at("text"), why)) << cell().at("reason");
    }

    const std::string pair =
        "ipcmark run --command-producer 'sh producer.sh' --command-consumer 'sh consumer.sh' "
        "--repetitions 2 --reruns 0 --retries 0 --no-floors --quiet --force --json r.json ";
};

TEST_F(program_pair, is_counted_by_the_kernel_and_has_no_latency) {
    const outcome done = run_pair(
        "mkfifo f 2>/dev/null; i=0; while [ $i -lt 30000 ]; do "
        "i=$((i+1)); done; echo x >f",
        "mkfifo f 2>/dev/null; read x <f");
    ASSERT_EQ(done.code, 0) << done.err;
    expect_code(0, "ipcmark validate r.json");
    EXPECT_EQ(cell().at("pattern"), "programs");
    EXPECT_EQ(cell().at("name"), "programs/programs/0/free") << "pinning is for those who ask";
    const json figures = cell().at("summary");
    const auto median = [&](const char* key) { return figures.at(key).at("median").get<double>(); };
    EXPECT_GT(median("run_ns"), 0);
    EXPECT_GT(median("cpu_ns_per_message"), 1e6) << "a loop in a shell";
    EXPECT_LE(median("producer_life_ns"), median("run_ns"));
    EXPECT_GE(median("voluntary_switches_per_message"), 1) << "the reader waited";
    if (figures.contains("syscalls_per_message")) {
        EXPECT_GE(median("syscalls_per_message"), 2) << "at least two that began and ended";
    }
    EXPECT_FALSE(figures.contains("p50_ns"));
    EXPECT_FALSE(figures.contains("messages_per_second"));
    const std::string text = expect_code(0, "ipcmark report r.json --format text").out;
    EXPECT_TRUE(matches(text, "whole run +CPU/run +switches/run")) << text;
}

TEST_F(program_pair, one_that_serves_for_ever_is_told_to_end) {
    const outcome done = run_pair("exit 0", "trap 'exit 9' TERM; sleep 60 & wait");
    ASSERT_EQ(done.code, 0) << done.err;
    const json figures = cell().at("summary");
    EXPECT_GE(figures.at("consumer_life_ns").at("median").get<double>(), 1e9);
    EXPECT_LT(figures.at("run_ns").at("median").get<double>(), 1e9)
        << "the time until it was told to end is no part of the run";
    EXPECT_TRUE(possible("! pgrep -f '^sleep 60$'")) << "what it started went with it";
}

TEST_F(program_pair, a_fault_of_either_is_named) {
    expect_failed("echo first >&2; echo 'no such queue' >&2; exit 3", "sleep 60",
                  "the producer ended with exit code 3: no such queue");
    expect_failed("sleep 60", "kill -9 $$", "the consumer ended with killed by SIGKILL");
    expect_failed("sleep 60", "exit 0", "the producer was still running after 2 s; --deadline",
                  "timed_out");
    expect_failed("exit 0", "trap '' TERM; sleep 60; sleep 60", "the consumer was still running",
                  "timed_out");
    EXPECT_TRUE(possible("! pgrep -f '^sleep 60$'"));
}

TEST_F(program_pair, what_cannot_be_is_refused_in_a_sentence) {
    expect_refused(2, "ipcmark run --command-producer true", "go together, once each");
    expect_refused(2, "ipcmark run --command-producer true --command-consumer ''", "is empty");
    expect_refused(2, "ipcmark run --command-producer", "--command-producer needs a command");
    const outcome done = box.run(
        "ipcmark run --command-producer nonesuch --command-consumer true --quiet --json r.json");
    EXPECT_EQ(done.code, 4);
    EXPECT_TRUE(matches(done.err, "nonesuch is no program that can be started")) << done.err;
}

TEST_F(program_pair, goes_with_its_pattern_alone_and_claims_nothing) {
    expect_refused(4, "ipcmark run --pattern programs -m pipe", "goes with two programs of yours");
    expect_refused(2, "ipcmark list --command-producer true --command-consumer true",
                   "are options of run and ab");
    box.write("mine.json", json{{"schema", {{"name", "ipcmark.external"}, {"version", "1.0"}}},
                                {"name", "mine"},
                                {"summary", "for tests"},
                                {"family", "programs"},
                                {"language", "sh"},
                                {"programs", {{"producer", {"true"}}, {"consumer", {"true"}}}}}
                               .dump());
    const outcome checked = box.run("ipcmark conform --external mine.json --mechanism mine");
    EXPECT_EQ(checked.code, 4) << checked.out;
    EXPECT_TRUE(matches(checked.out, "two programs that know nothing of ipcmark claim nothing"));
    EXPECT_FALSE(matches(checked.out, "fail ")) << checked.out;
}

TEST_F(program_pair, described_in_files_are_compared_side_by_side) {
    for (const char* name : {"short_loop", "long_loop"}) {
        const std::string turns = name == std::string("short_loop") ? "100" : "60000";
        const json pair_of{
            {"producer", {"sh", "-c", "i=0; while [ $i -lt " + turns + " ]; do i=$((i+1)); done"}},
            {"consumer", {"{folder}/consumer.sh"}}};
        box.write(std::string(name) + ".json",
                  json{{"schema", {{"name", "ipcmark.external"}, {"version", "1.0"}}},
                       {"name", name},
                       {"summary", "for tests"},
                       {"family", "programs"},
                       {"language", "sh"},
                       {"programs", pair_of}}
                      .dump());
    }
    box.write("consumer.sh", "#!/bin/sh\nexit 0\n");
    expect_code(0, "chmod +x consumer.sh");
    const outcome done = box.run(
        "ipcmark ab --external short_loop.json --external long_loop.json --a short_loop --b "
        "long_loop --pattern programs --placement free --pairs 10 --quiet "
        "--json ab.json");
    EXPECT_EQ(done.code, 1) << done.out << done.err;
    EXPECT_TRUE(matches(done.out, "programs/long_loop/0/free")) << done.out;
}

}  // namespace
}  // namespace ipcmark::test
