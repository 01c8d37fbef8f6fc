#include "bench/test/cli_test.hpp"

namespace ipcmark::test {
namespace {

const std::string head = R"({"schema": {"name": "ipcmark.plan", "version": "1.0"})";

struct plan_fault {
    const char* name;
    const char* rest;  // after `head`
    const char* sentence;
};

/// Otherwise GoogleTest prints its bytes, and ctest takes them into the test's name.
void PrintTo(const plan_fault& what, std::ostream* out) {
    *out << what.name;
}

class plan_file : public cli_test, public testing::WithParamInterface<plan_fault> {};

TEST_P(plan_file, a_fault_is_named_by_its_pointer) {
    box.write("p.json", head + GetParam().rest);
    const std::string sentence = std::string("p.json: ") + GetParam().sentence;
    expect_refused(2, "ipcmark run --plan p.json --dry-run", sentence);
    // The names of cells alone are of a run.
    if (std::string(GetParam().name).find("filter") == std::string::npos) {
        expect_refused(2, "ipcmark validate --plan p.json", sentence);
    }
    expect_refused(2, "ipcmark run --plan p.json", sentence);
}

/// The library's matcher would call itself until the stack ends.
const std::string long_filter = ", \"filters\": [\"" + std::string(200'000, 'a') + "\"]}";

const plan_fault faults[] = {
    {"cut_off", "", "not JSON: parse error at line 1, column \\d+"},
    {"unknown_key", R"(, "spawnz": 3})", "/spawnz is not a known key"},
    {"escaped_key", R"(, "a/b~c": 3})", "/a~1b~0c is not a known key"},
    {"text_for_number", R"(, "repetitions": "3"})", "/repetitions expected integer, found string"},
    {"fraction", R"(, "repetitions": 2.5})", "/repetitions expected integer, found number"},
    {"beyond_double", R"(, "repetitions": 1e400})", "not JSON: number overflow"},
    {"not_a_number", R"(, "repetitions": NaN})", "not JSON: parse error"},
    {"too_many", R"(, "repetitions": 10001})", "/repetitions must be at most 10000"},
    {"payload", R"(, "payloads": ["64", "0"]})", "/payloads/1 payload '0': a message has at least"},
    {"payload_unit", R"(, "payloads": ["4Xi"]})", "/payloads/0 payload '4Xi': unknown unit"},
    {"payload_number", R"(, "payloads": [64]})", "/payloads/0 expected string, found integer"},
    {"no_payload", R"(, "payloads": []})", "/payloads needs at least 1 item"},
    {"placement", R"(, "placements": ["l9"]})", "/placements/0 must be one of"},
    {"pattern", R"(, "patterns": ["round_trip", "x"]})", "/patterns/1 must be one of"},
    {"mechanism", R"(, "mechanisms": ["pipe", "pip"]})",
     "/mechanisms/1 there is no mechanism 'pip'; did you mean pipe"},
    {"twice", R"(, "repetitions": 3, "repetitions": 4})", "/repetitions stands there twice"},
    {"twice_inside", R"(, "schema": {"name": "ipcmark.plan", "version": "1.0"}})",
     "/schema stands there twice"},
    {"both_names", R"(, "repetitions": 3, "spawns": 4})", "/spawns is not a known key"},
    {"filter", R"x(, "filters": ["pipe", "-("]})x", "/filters/1 '-\\(' is no regular expression"},
    {"long_filter", long_filter.c_str(), "/filters/0 a regular expression of 200000 characters"},
    {"deep", R"(, "filters": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[)",
     "nested deeper than 64 levels"},
};

INSTANTIATE_TEST_SUITE_P(of, plan_file, testing::ValuesIn(faults),
                         [](const auto& which) { return std::string(which.param.name); });

TEST_F(plan_file, what_is_no_plan_is_refused) {
    box.write("array.json", "[]");
    expect_refused(2, "ipcmark run --plan array.json", "the document expected object, found array");
    box.write("bare.json", R"({"patterns": ["round_trip"]})");
    expect_refused(2, "ipcmark run --plan bare.json",
                   "a plan begins with \"schema\": .*ipcmark.plan.*--print-plan. prints one");
    box.write("other.json", R"({"schema": {"name": "ipcmark.result", "version": "1.0"}})");
    expect_refused(2, "ipcmark run --plan other.json", "/schema/name must be \"ipcmark.plan\"");
    box.write("newer.json", R"({"schema": {"name": "ipcmark.plan", "version": "2.0"}})");
    expect_refused(2, "ipcmark run --plan newer.json", "/schema/version must match");
    expect_refused(2, "ipcmark run --plan nope.json", "open nope.json: No such file or directory");
    expect_refused(2, "ipcmark run --plan .", "read .: Is a directory");
    box.write("huge.json", std::string(2'000'000, ' '));
    expect_refused(2, "ipcmark run --plan huge.json", "huge.json .*more than 1048576 bytes");
    expect_refused(2, "ipcmark run --plan ''", "--plan needs the name of a file");
}

TEST_F(plan_file, of_other_programs_are_read) {
    const std::string plan = head + R"(, "mechanisms": ["pipe"], "payloads": ["64"]})";
    box.write("p.json", plan);
    std::string wide = "\xff\xfe";
    for (const char c : plan)
        wide += {c, '\0'};
    box.write("wide.json", wide);
    expect_code(0, "gzip -k p.json");
    const auto expected = expect_code(0, "ipcmark run --seed 1 --plan p.json --dry-run").out;
    for (const char* file : {"wide.json", "p.json.gz"}) {
        expect_code(0, std::string("ipcmark validate --plan ") + file);
        EXPECT_EQ(expect_code(0, std::string("ipcmark run --seed 1 --dry-run --plan ") + file).out,
                  expected);
    }
}

TEST_F(plan_file, comments_are_allowed_and_flags_override) {
    box.write("p.json", "// what we ship\n" + head + R"(,
        "mechanisms": ["pipe"], /* no sockets */
        "patterns": ["round_trip"], "payloads": ["64", "4Ki"], "placements": ["same_cpu"],
        "repetitions": 2, "repetition_ms": 5, "verify": false, "counting_repetitions": 0, "touch": "desc",
        "idle_ms": 0, "layout_randomisation": false})");
    expect_code(0, "ipcmark validate --plan p.json");
    expect_code(0, "ipcmark run --plan p.json --payload 128 --repetitions 1 --reruns 0");
    const auto document = result();
    EXPECT_EQ(document.at("plan").at("profile"), "plan file");
    EXPECT_EQ(document.at("run").at("repetitions"), 1);
    ASSERT_EQ(document.at("cells").size(), 1u);
    EXPECT_EQ(document.at("cells").at(0).at("name"), "round_trip/pipe/128/same_cpu");
    EXPECT_EQ(document.at("cells").at(0).at("touch"), "desc");
    EXPECT_TRUE(repetitions_of(document).at(0).at("ipc").at("layout").is_null());
}

TEST_F(plan_file, repetitions_may_be_called_spawns_but_not_both) {
    const std::string cells = R"(, "mechanisms": ["pipe"], "patterns": ["round_trip"],
        "payloads": ["64"], "placements": ["same_cpu"], "verify": false, "idle_ms": 0)";
    box.write("p.json", head + cells + R"(, "spawns": 2, "spawn_ms": 5, "counting_spawns": 0})");
    expect_code(0, "ipcmark validate --plan p.json");
    expect_code(0, "ipcmark run --plan p.json --no-floors --reruns 0");
    EXPECT_EQ(result().at("run").at("repetitions"), 2);
    expect_code(0,
                "ipcmark run --plan p.json --no-floors --reruns 0 --force --spawns 1 --spawn-ms 6");
    EXPECT_EQ(result().at("run").at("repetitions"), 1);
    EXPECT_EQ(result().at("plan").at("repetition_ms"), 6);
    box.write("both.json", head + R"(, "spawns": 2, "repetitions": 3})");
    expect_refused(2, "ipcmark validate --plan both.json", "/spawns is not a known key");
}

TEST_F(plan_file, validate_tells_plans_from_results) {
    box.write("bad.json", head + R"(, "repetitions": 0})");
    const auto ended = expect_code(2, "ipcmark validate --plan bad.json");
    EXPECT_TRUE(matches(ended.err, "bad.json: /repetitions must be at least 1"));
    box.write("plan.json", head + "}");
    expect_code(7, "ipcmark validate plan.json");
}

}  // namespace
}  // namespace ipcmark::test
