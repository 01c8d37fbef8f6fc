#include <filesystem>

#include "bench/test/cli_test.hpp"

/// Mechanisms whose worker is a program in another language.
namespace ipcmark::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class external : public cli_test {
protected:
    external() {
        fs::copy(fs::path(IPCMARK_SOURCE) / "scripts/worker_template", box.work() / "template");
        box.set("PYTHONDONTWRITEBYTECODE", "1");
    }

    static json described(const json& command) {
        return {{"schema", {{"name", "ipcmark.external"}, {"version", "1.0"}}},
                {"name", "mine"},
                {"summary", "for tests"},
                {"family", "test"},
                {"reference", "fifo(7)"},
                {"language", "Python 3"},
                {"adds", "an interpreter"},
                {"command", command},
                {"payload", {{"min_bytes", 8}, {"max_bytes", 65536}}},
                {"traits", {{"peer_death_detected", true}, {"unrelated_processes", true}}}};
    }

    /// The template's worker with a fault.
    void describe_faulty(const std::string& fault) {
        write(described({"python3", IPCMARK_SOURCE "/bench/test/faulty_worker.py", fault,
                         (box.work() / "template").string()}));
    }

    void write(const json& description) { box.write("mine.json", description.dump(1)); }

    /// Refused with the file's name and this.
    void expect_bad(const json& description, const std::string& sentence) {
        write(description);
        expect_refused(7, "ipcmark --external mine.json list", sentence);
    }

    const std::string run =
        "ipcmark run --external mine.json --mechanism mine --pattern round_trip "
        "--payload 64 --placement free --repetitions 2 --repetition-ms 20 "
        "--reruns 0 --retries 0 --idle-ms 0 --no-floors --quiet --force "
        "--deadline 3 --json r.json ";
    const std::string conform =
        "ipcmark conform --external mine.json --mechanism mine --deadline 5 ";
};

TEST_F(external, the_template_holds_to_its_checks) {
    const auto ended =
        expect_code(0,
                    "ipcmark conform --external template/mine.json -m mine --check description,"
                    "external_integrity,external_refusal,external_unrelated");
    EXPECT_TRUE(matches(ended.out, "\n  pass external_integrity"));
    EXPECT_TRUE(matches(ended.out, "\n  pass external_refusal"));
    EXPECT_TRUE(matches(ended.err, "^4 checks in .* s: 4 pass"));
}

TEST_F(external, is_measured_beside_built_in_mechanisms) {
    expect_code(0,
                "ipcmark run --external template/mine.json -m mine,fifo --payload 64 "
                "--pattern round_trip,one_way --placement same_cpu,free --repetitions 2 "
                "--repetition-ms 20 --reruns 0 --idle-ms 20 --no-floors --quiet --json r.json");
    const json document = result("r.json");
    std::size_t mine = 0;
    for (const auto& each : document.at("cells")) {
        EXPECT_EQ(each.at("status"), "ok") << each.dump();
        if (each.at("transport") != "mine") continue;
        ++mine;
        const auto& summary = each.at("summary");
        EXPECT_GT(summary.at("cpu_ns_per_message").at("median"), 0) << each.at("name");
        EXPECT_GT(summary.at("switches_per_message").at("max"), 0) << each.at("name");
        const bool both_ways = each.at("pattern") == "round_trip";
        const auto& headline = summary.at(both_ways ? "p50_ns" : "messages_per_second");
        EXPECT_GT(headline.at("median"), 100) << each.at("name");
    }
    EXPECT_EQ(mine, 4u);
    for (const auto& each : repetitions_of(document))
        if (each.at("ipc").at("cell").get<std::string>().find("/mine/") != std::string::npos) {
            EXPECT_EQ(each.at("ipc").at("clock").at("source"), "CLOCK_MONOTONIC_RAW");
        }
    for (const auto& each : document.at("mechanisms"))
        if (each.at("name") == "mine") {
            EXPECT_EQ(each.at("code").at("language"), "Python 3");
            EXPECT_TRUE(matches(each.at("code").at("adds"), "interpreter"));
        }
    expect_code(0, "ipcmark validate r.json");
}

TEST_F(external, the_list_says_the_language_and_what_it_adds) {
    const auto brief = expect_code(0, "ipcmark list --external template/mine.json -m mine");
    EXPECT_TRUE(matches(brief.out, "\n +in Python 3, unrelated, detects peer exit\n"));
    const auto full = expect_code(0, "ipcmark list --long --external=template/mine.json -m mine");
    EXPECT_TRUE(matches(full.out, "\n  language +Python 3\n  adds +the interpreter"));
    EXPECT_TRUE(matches(full.out, "\n  file +/.*template/mine.json\n"));
    EXPECT_FALSE(matches(full.out, "fan_in"));
}

TEST_F(external, two_of_them_are_compared) {
    const auto ended = box.run(
        "ipcmark ab --external template/mine.json --a mine --b fifo --pattern round_trip "
        "--payload 64 --placement free --repetition-ms 10 --pairs 6 --quiet --json ab.json",
        std::chrono::seconds(55));
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(result("ab.json").at("schema").at("name"), "ipcmark.ab");
}

TEST_F(external, bad_files_are_refused_with_the_place_and_the_reason) {
    const json good = described({"python3", "x.py"});
    const auto without = [&](const char* key) {
        json changed = good;
        changed.erase(key);
        return changed;
    };
    const auto with = [&](const char* pointer, const json& value) {
        json changed = good;
        changed[json::json_pointer(pointer)] = value;
        return changed;
    };
    expect_bad(without("command"), "mine.json: .*command");
    expect_bad(with("/name", "Mine"), "mine.json: /name ");
    expect_bad(with("/name", "pipe"), "mine.json: /name a mechanism named 'pipe' is there already");
    expect_bad(with("/command", json::array()), "mine.json: /command ");
    expect_bad(with("/payload/min_bytes", 1), "mine.json: /payload/min_bytes ");
    expect_bad(with("/payload/min_bytes", 1'000'000), "mine.json: /payload its min_bytes is above");
    expect_bad(with("/patterns", json{"wake"}), "mine.json: /patterns/0 ");
    expect_bad(with("/traits/fan_in", true), "mine.json: /traits.*fan_in");
    expect_bad(with("/comand", "x"), "mine.json: .*comand");
    expect_bad(json::array(), "mine.json: ");
    box.write("mine.json", "{ not json");
    expect_refused(7, "ipcmark list --external mine.json", "mine.json: .*line 1");
    expect_refused(7, "ipcmark list --external nowhere.json", "--external: .*nowhere.json");
    expect_refused(2, "ipcmark list --external", "--external needs a file");
}

TEST_F(external, a_command_that_is_not_there_is_a_failed_cell) {
    write(described({"no-such-interpreter", "x.py"}));
    expect_code(3, run);
    const json cell = result("r.json").at("cells").at(0);
    EXPECT_EQ(cell.at("status"), "failed");
    EXPECT_TRUE(
        matches(cell.at("reason").at("text"), "no-such-interpreter.*it is not on the PATH"));
}

TEST_F(external, one_that_can_be_installed_is_unavailable_until_then) {
    json lacking = described({"no-such-interpreter", "x.py"});
    lacking["install"] = "apt install no-such-interpreter";
    write(lacking);
    const auto listed = expect_code(0, "ipcmark list --external mine.json -m mine");
    EXPECT_TRUE(
        matches(listed.out, "UNAVAILABLE: no-such-interpreter is not on the PATH; apt install "));
    expect_code(4, run);
    expect_code(4, conform);
    json probed = described({"python3", "x.py"});
    probed["probe"] = {"python3", "-c", "import no_such_module"};
    probed["install"] = "apt install python3-no-such-module";
    write(probed);
    EXPECT_TRUE(matches(expect_code(0, "ipcmark list --external mine.json -m mine").out,
                        "UNAVAILABLE: its Python 3 lacks what it needs; apt install python3-no"));
}

/// How a worker can fail, and what the cell says of it.
struct worker_fault {
    const char* fault;
    const char* text;
};
constexpr worker_fault worker_faults[] = {
    {"dies", "ended without a report while starting: exit code 1; it printed: no such luck"},
    {"rubbish", "does not speak the worker protocol: a worker sent a frame beyond 64 MiB"},
    {"promises", "does not speak the worker protocol: "},
    {"other_version", "speaks ipcmark.worker 7 where ipcmark.worker 1 is spoken"},
    {"damages", "of message [0-9]+ were changed on the way"},
};

TEST_F(external, a_worker_that_fails_is_a_failed_cell_with_a_sentence) {
    for (const auto& [fault, text] : worker_faults) {
        describe_faulty(fault);
        expect_code(3, run);
        const json cell = result("r.json").at("cells").at(0);
        EXPECT_EQ(cell.at("status"), "failed") << fault;
        EXPECT_TRUE(matches(cell.at("reason").at("text"), text)) << fault << cell.at("reason");
    }
}

TEST_F(external, usage_that_the_worker_leaves_out_is_read_by_the_parent) {
    describe_faulty("no_usage");
    expect_code(0, run);
    const json cell = result("r.json").at("cells").at(0);
    EXPECT_GT(cell.at("summary").at("cpu_ns_per_message").at("median"), 0);
    EXPECT_GT(cell.at("summary").at("switches_per_message").at("median"), 0);
    const json repetition = repetitions_of(result("r.json")).at(0).at("ipc");
    for (const auto& peer : repetition.at("peers"))
        EXPECT_EQ(peer.at("notes").at("usage_read_by_parent"), 1);
}

/// A check, the fault that breaks it, and what is said.
struct check_fault {
    const char* check;
    const char* fault;
    const char* text;
};
constexpr check_fault check_faults[] = {
    {"external_delivery", "damages", "(another arrived|were changed on the way)"},
    {"external_delivery", "miscounts", "were asked for, the producer tells of"},
    {"external_limits", "small", "65536 bytes both ways: too large after all"},
    {"external_integrity", "believes_all", "passed for them; the consumer reports no failure"},
    {"external_refusal", "takes_any_version", "a job of protocol version 1000 was carried out"},
    {"external_refusal", "takes_any_task", "a task that nobody knows was carried out"},
    {"external_peer_death", "deaf_to_death", "yet it claims `peer_death_detected`"},
};

TEST_F(external, each_check_of_its_own_can_be_broken) {
    for (const auto& [check, fault, text] : check_faults) {
        describe_faulty(fault);
        const auto ended = expect_code(3, conform + "--check " + check);
        EXPECT_TRUE(matches(ended.out, "fail " + std::string(check) + " .*" + text))
            << fault << '\n'
            << ended.out;
    }
    json hides = described({"python3", "{folder}/template/mine.py"});
    hides["traits"] = json::object();
    write(hides);
    const auto ended = expect_code(3, conform + "--check external_unrelated,external_peer_death");
    EXPECT_TRUE(matches(ended.out, "it does not claim `unrelated_processes`"));
    EXPECT_TRUE(matches(ended.out, "`peer_death_detected` undersells it"));
}

TEST_F(external, checks_that_need_our_worker_are_excused_where_they_are_named) {
    write(described({"python3", "{folder}/template/mine.py"}));
    const auto ended = expect_code(4, conform + "--check ordered");
    EXPECT_TRUE(matches(ended.out, "skip ordered +its worker, a program of its own"));
    const auto ours = expect_code(4, "ipcmark conform -m pipe --check external_delivery");
    EXPECT_TRUE(matches(ours.out, "skip external_delivery +its worker is ipcmark's own"));
}

}  // namespace
}  // namespace ipcmark::test
