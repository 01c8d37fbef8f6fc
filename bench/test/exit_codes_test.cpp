#include <regex>

#include "bench/test/cli_test.hpp"

namespace ipcmark::test {
namespace {

struct refusal {
    const char* name;
    const char* arguments;
    int code;
    const char* sentence;
};

/// Otherwise GoogleTest prints its bytes, and ctest takes them into the test's name.
void PrintTo(const refusal& what, std::ostream* out) {
    *out << what.name;
}

class usage : public cli_test, public testing::WithParamInterface<refusal> {};

TEST_P(usage, is_refused_in_one_sentence) {
    const auto& [name, arguments, code, sentence] = GetParam();
    expect_refused(code, "ipcmark " + std::string(arguments), sentence);
}

class figure_limit : public cli_test {};

TEST_F(figure_limit, fails_a_run_where_it_is_missed) {
    const auto missed = expect_code(1, tiny + "--no-floors --limit 'pipe/64: p50 < 1ns' --quiet");
    EXPECT_TRUE(matches(missed.err, "Limit missed: pipe/64: p50 < 1ns: p50 of round_trip/pipe"));
    const auto met = expect_code(0, tiny + "--no-floors --limit 'pipe: p50 < 1s' --quiet");
    EXPECT_TRUE(matches(met.err, "Limit met: "));
    expect_code(1, tiny + "--no-floors --limit 'tcp: p50 < 1s' --quiet");
    box.write("plan.json", R"({"schema": {"name": "ipcmark.plan", "version": "1.0"},
        "limits": ["pipe: p50 > 1s"]})");
    expect_code(1, tiny + "--plan plan.json --no-floors --quiet");
}

const refusal unknown_words[] = {
    {"command", "runn", 2, "no command 'runn'; did you mean run\\? `ipcmark --help` lists them"},
    {"far_off_command", "zzzzzzzzzzzz", 2, "no command 'zzzzzzzzzzzz'; `ipcmark --help`"},
    {"option", "run --mechansim pipe", 2, "no option --mechansim; did you mean --mechanism\\?"},
    {"mechanism", "run --mechanism unix_steam", 2,
     "no mechanism 'unix_steam'; did you mean unix_stream.*\\? `ipcmark list`"},
    {"mechanism_of_list", "list --mechanism pip", 2, "no mechanism 'pip'; did you mean pipe"},
    {"profile", "run --profile quik", 2, "no profile 'quik'; did you mean quick\\?"},
    {"placement", "run --placement l9", 2, "'l9' is not one of cross, same_cpu, smt"},
    {"pattern", "run --pattern round", 2,
     "--pattern: 'round' is not one of round_trip, one_way, .* or programs"},
    {"rate", "run --pattern paced --rate fast", 2, "--rate: 'fast' is no rate; write .*10k"},
    {"load", "run --pattern paced --load 120%", 2, "--load: '120%' is no load; write .*50%"},
    {"limit", "run --limit 'p99<5us'", 2, "--limit: 'p99<5us' is not of the form 'CELL: METRIC"},
    {"gap", "run --pattern wake --gap 1h", 2, "--gap: '1h' is no idle time; write .*10us"},
    {"burst", "run --pattern burst --burst 1", 2,
     "--burst: '1': a whole number of messages from 2 to 4096"},
    {"schedule", "run --pattern paced --schedule odd", 2,
     "--schedule: 'odd' is not one of fixed or poisson"},
    {"ring", "run --pattern switch_ring --ring-processes 1", 2,
     "--ring-processes: '1': a whole number of processes from 2 to 64"},
    {"touch", "run --touch all", 2, "--touch: 'all' is not one of desc, line, rw, copy or verify"},
    {"deadline_of_checks", "conform --deadline never", 2,
     "--deadline: 'never': a whole number from 1 to 3600"},
    {"check", "conform --check delivry", 2, "no check 'delivry'; did you mean delivery\\?"},
    {"shell", "completion tcsh", 2, "'tcsh' does not exist; choose bash, zsh or fish"},
    {"format", "report x.json --format pdf", 2,
     "'pdf' is not one of html, text, markdown, csv or json"},
    {"argument", "run pipe", 2, "'pipe' is not understood here"},
    {"plugin", "--plugin ./nope.so list", 2, "--plugin: .*nope.so: cannot open"},
};

const refusal bad_values[] = {
    {"no_payload_bytes", "run --payload 0", 2, "payload '0': a message has at least 1 byte"},
    {"payload_of_2_to_63", "run --payload 9223372036854775808", 2, "above 1 GiB"},
    {"payload_beyond_64_bits", "run --payload 99999999999999999999999Gi", 2, "above 1 GiB"},
    {"payload_unit", "run --payload 64,4Xi", 2, "payload '4Xi': unknown unit; use k, M, G"},
    {"negative_payload", "run --payload=-1", 2, "payload '-1': a size is a whole number"},
    {"payload_of_nothing", "run --payload ''", 2, "--payload names nothing"},
    {"mechanism_of_nothing", "run --mechanism ,", 2, "--mechanism names nothing"},
    {"placement_of_nothing", "run --placement ' '", 2, "--placement names nothing"},
    {"no_repetitions", "run --repetitions 0", 2,
     "--repetitions: '0': a whole number from 1 to 10000 is needed"},
    {"repetitions_with_a_tail", "run --repetitions 3x", 2, "--repetitions: '3x': a whole number"},
    {"negative_seed", "run --seed -1", 2, "--seed: '-1': a whole number from 0"},
    {"depth", "run --depth 65537", 2, "--depth: '65537': a whole number from 1 to 65536"},
    {"deadline", "run --deadline 0", 2, "--deadline: '0': a whole number from 1 to 3600"},
    {"time_budget", "run --time-budget soon", 2, "'soon' is no duration; write for example"},
    {"gate", "run --gate soft", 2, "--gate: 'soft' is neither relative nor strict"},
    {"regex", "run --filter '('", 2, "--filter: '\\(' is no regular expression"},
    {"no_state", "run --pattern state --mechanism pipe", 4,
     "no cell matches: state is of mechanisms that keep a latest value: .*shm_seqlock"},
    {"no_match", "run --filter nothing_like_it", 4, "no cell matches; .*--dry-run.* the names"},
    {"missing_value", "run --plan", 2, "plan.* missing an argument"},
    {"no_json_name", "run --json ''", 2, "--json needs the name of a file"},
    {"no_html_name", "run --html ''", 2, "--html needs the name of a file"},
    {"one_output_twice", "run --json - --html -", 2, "cannot share standard output"},
    {"nothing_to_report", "report", 2, "needs a result file; `ipcmark run` writes one"},
    {"nothing_to_validate", "validate", 2, "validate needs a file"},
    {"missing_result", "report nope.json", 7, "open nope.json: No such file"},
    {"folder_as_result", "report .", 7, "read .: Is a directory"},
};

constexpr auto name_of = [](const auto& which) { return std::string(which.param.name); };
INSTANTIATE_TEST_SUITE_P(unknown, usage, testing::ValuesIn(unknown_words), name_of);
INSTANTIATE_TEST_SUITE_P(value, usage, testing::ValuesIn(bad_values), name_of);

class commands : public cli_test {};

TEST_F(commands, alone_shows_the_three_that_most_people_want) {
    const auto ended = expect_code(0, "ipcmark");
    for (const char* command : {"ipcmark run", "ipcmark list", "ipcmark doctor"})
        EXPECT_TRUE(matches(ended.out, command));
}

TEST_F(commands, all_have_help_with_examples) {
    const std::string help = expect_code(0, "ipcmark --help").out;
    const std::regex row("\n  ([a-z]+) +[a-z]");
    std::size_t found = 0;
    for (std::sregex_iterator at(help.begin(), help.end(), row), end; at != end; ++at, ++found) {
        const auto ended = expect_code(0, "ipcmark " + (*at)[1].str() + " --help");
        EXPECT_TRUE(matches(ended.out, "\nExamples:\n  (ipcmark|source)")) << (*at)[1];
        EXPECT_EQ(ended.err, "");
    }
    EXPECT_GE(found, 9u);
}

TEST_F(commands, version_tells_the_build) {
    EXPECT_EQ(expect_code(0, "ipcmark --version").out, expect_code(0, "ipcmark version").out);
    const auto build = nlohmann::json::parse(expect_code(0, "ipcmark version --json").out);
    EXPECT_FALSE(build.at("type").get<std::string>().empty());
}

TEST_F(commands, list_gives_every_mechanism_as_json) {
    const auto mechanisms = nlohmann::json::parse(expect_code(0, "ipcmark list --json").out);
    std::set<std::string> names;
    for (const auto& each : mechanisms)
        names.insert(each.at("name"));
    EXPECT_TRUE(names.count("pipe") == 1 && names.count("posix_mq") == 1);
    EXPECT_EQ(names.count("faulty_hang"), 0u);
    const auto all = nlohmann::json::parse(expect_code(0, "ipcmark list --json --all").out);
    EXPECT_GT(all.size(), mechanisms.size());
}

TEST_F(commands, doctor_is_strict_only_when_asked) {
    const auto findings = nlohmann::json::parse(expect_code(0, "ipcmark doctor --json").out);
    const std::string worst = findings.at("worst");
    const bool refused = worst == "warning" || worst == "error";
    expect_code(refused ? 5 : 0, "ipcmark doctor --strict");
}

TEST_F(commands, completion_is_shell) {
    expect_code(0, "ipcmark completion bash | bash -n");
    const auto ended = expect_code(0,
                                   "ipcmark completion bash > c; bash -c '. ./c; "
                                   "COMP_WORDS=(ipcmark run --mechanism un) COMP_CWORD=3; "
                                   "_ipcmark; echo ${COMPREPLY[@]}'");
    EXPECT_TRUE(matches(ended.out, "unix_stream"));
}

TEST_F(commands, schemas_are_json) {
    for (const char* which : {"", "--plan", "--ab", "--design"})
        EXPECT_TRUE(
            nlohmann::json::parse(expect_code(0, std::string("ipcmark schema ") + which).out)
                .contains("$schema"));
}

TEST_F(commands, nothing_is_coloured_for_a_file) {
    for (const char* line : {"ipcmark list", "ipcmark doctor", "NO_COLOR=1 ipcmark doctor"})
        EXPECT_EQ(expect_code(0, line).out.find('\x1b'), std::string::npos) << line;
}

TEST_F(commands, a_terminal_is_coloured_unless_no_color_says_otherwise) {
    if (!possible("script --version")) GTEST_SKIP() << "script(1) is not here";
    const std::string on_terminal = "script -qec 'ipcmark doctor' /dev/null";
    EXPECT_NE(expect_code(0, on_terminal).out.find('\x1b'), std::string::npos);
    EXPECT_EQ(expect_code(0, "NO_COLOR=1 " + on_terminal).out.find('\x1b'), std::string::npos);
    EXPECT_NE(expect_code(0, "NO_COLOR= " + on_terminal).out.find('\x1b'), std::string::npos);
    EXPECT_EQ(expect_code(0, "TERM=dumb " + on_terminal).out.find('\x1b'), std::string::npos);
}

TEST_F(commands, a_lost_output_is_noticed) {
    for (const char* line : {"ipcmark list", "ipcmark schema", "ipcmark version", "ipcmark"}) {
        const auto full = expect_code(5, std::string(line) + " > /dev/full");
        EXPECT_TRUE(matches(full.err, "standard output could not be written")) << line;
        expect_code(5, std::string(line) + " >&-");
    }
}

/// What ends a run and what goes on after it.
class failing_cells : public cli_test {};

TEST_F(failing_cells, one_that_dies_is_code_3_and_the_others_go_on) {
    const auto ended = expect_code(3, tiny + "--repetition-ms 300 --mechanism faulty_die,pipe");
    EXPECT_TRUE(matches(ended.err,
                        "round_trip/faulty_die/64/same_cpu: failed: the producer ended "
                        "without a report while \\w+ *\\w*: killed by SIGKILL"));
    for (const auto& cell : cells()) {
        const bool faulty = cell.at("transport") == "faulty_die";
        EXPECT_EQ(cell.at("status"), faulty ? "failed" : "ok");
        EXPECT_EQ(cell.at("repetitions_ok"), faulty ? 0 : 2);
        if (faulty) {
            EXPECT_EQ(cell.at("reason").at("code"), "died");
        }
    }
    expect_code(0, "ipcmark validate results.json");
}

TEST_F(failing_cells, each_fault_of_the_data_is_code_3) {
    for (const char* fault : {"drop", "corrupt", "duplicate", "reorder"}) {
        // One way: a lost message of a round trip is a hang.
        expect_code(3, tiny + "--pattern one_way --deadline 1 --mechanism faulty_" + fault);
        const auto cell = result().at("cells").at(0);
        EXPECT_EQ(cell.at("status"), "failed") << fault;
        EXPECT_EQ(cell.at("reason").at("code"), "integrity") << fault;
    }
}

TEST_F(failing_cells, a_hang_is_timed_out_and_says_where) {
    expect_code(3, tiny + "--deadline 1 --repetition-ms 300 --mechanism faulty_hang");
    const auto reason = result().at("cells").at(0).at("reason");
    EXPECT_EQ(result().at("cells").at(0).at("status"), "timed_out");
    EXPECT_TRUE(
        matches(reason.at("text"), "was still \\w+ *\\w* after 1\\.\\d s \\(.*; raise --deadline"));
}

TEST_F(failing_cells, processes_that_are_refused_for_a_while_cost_nothing) {
    box.set("LD_PRELOAD", IPCMARK_REFUSING);
    // 32 pairs are born at once; the next ones are refused four times.
    box.set("REFUSE", "posix_spawn:EAGAIN::64:4");
    expect_code(0, tiny + "--repetitions 60 --no-floors");
    EXPECT_EQ(cells().at(0).at("repetitions_ok"), 60);
    EXPECT_EQ(cells().at(0).at("status"), "ok");
}

TEST_F(failing_cells, processes_that_are_refused_for_good_cost_their_repetitions_only) {
    box.set("LD_PRELOAD", IPCMARK_REFUSING);
    box.set("REFUSE", "posix_spawn:EAGAIN::64");
    const auto ended = expect_code(0, tiny + "--repetitions 60 --no-floors --retries 0");
    EXPECT_TRUE(matches(ended.err, "posix_spawn of a worker \\(.*RLIMIT_NPROC .*pids.max"));
    const auto cell = cells().at(0);
    EXPECT_EQ(cell.at("status"), "ok");
    EXPECT_GT(cell.at("repetitions_ok").get<int>(), 20);
    EXPECT_GT(cell.at("failures").size(), 20u);
    EXPECT_EQ(cell.at("failures").at(0).at("code"), "spawn");
    expect_code(0, "ipcmark validate results.json");
    box.set("REFUSE", "posix_spawn:EAGAIN:");
    expect_refused(5, tiny + "--quiet", "posix_spawn of a worker .*ulimit -u");
}

TEST_F(failing_cells, a_worker_that_somebody_kills_is_replaced) {
    running command = box.start(lasting + "--no-floors --repetition-ms 100");
    const auto await_timed = [this](std::size_t wanted) {
        const std::string mark = "\"purpose\":\"timed\"";
        for (int look = 0; look < 1'500; ++look) {
            const std::string journal = box.read("results.json.journal");
            std::size_t seen = 0;
            for (auto at = journal.find(mark); at != std::string::npos;
                 at = journal.find(mark, at)) {
                at += mark.size();
                ++seen;
            }
            if (seen >= wanted) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    };
    await_timed(1);
    for (const pid_t worker : command.wait_for_workers())
        ::kill(worker, SIGKILL);
    await_timed(3);  // one may have ended well before its workers were killed
    command.signal(SIGINT);
    EXPECT_EQ(command.wait().code, 130);
    const auto cell = cells().at(0);
    EXPECT_EQ(cell.at("status"), "ok");
    EXPECT_GE(repetitions().size(), 2u);
}

TEST_F(failing_cells, are_none_where_a_required_mechanism_is_skipped) {
    expect_refused(5, tiny + "--require pipe,posix_mq",
                   "--require: skipped here: posix_mq: it is not among the cells");
    expect_refused(5, tiny + "--mechanism pipe,posix_mq --payload 16Mi --require posix_mq",
                   "--require: skipped here: posix_mq: .*msgsize_max");
    expect_refused(2, tiny + "--require pip", "no mechanism 'pip'; did you mean pipe");
    expect_code(0, tiny + "--require pipe,fifo --mechanism pipe,fifo");
}

TEST_F(failing_cells, a_run_that_measures_nothing_is_no_success) {
    const auto ended = expect_code(4, tiny + "--mechanism posix_mq --payload 16Mi");
    EXPECT_TRUE(matches(ended.err,
                        "ipcmark: nothing was measured; round_trip/posix_mq/16777216/"
                        "same_cpu: .*msgsize_max"));
    expect_code(0, "ipcmark validate results.json");
}

TEST_F(failing_cells, a_call_that_the_system_refuses_is_named_with_the_remedy) {
    box.set("LD_PRELOAD", IPCMARK_REFUSING);
    box.set("REFUSE", "sched_setaffinity");
    for (const char* placement : {"cross", "free"})
        expect_refused(
            5, tiny + "--quiet --placement " + placement,
            "sched_setaffinity to CPU \\d+ \\(a filter refuses the call, .*; allow it\\)");
    box.set("REFUSE", "pthread_create");
    expect_refused(5, tiny + "--quiet", "start of a thread \\(raise RLIMIT_NPROC \\(ulimit -u\\)");
}

}  // namespace
}  // namespace ipcmark::test
