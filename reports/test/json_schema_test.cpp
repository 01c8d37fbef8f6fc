#include "reports/json_schema.hpp"

#include <gtest/gtest.h>
#include <set>

#include "harness/base/json_text.hpp"
#include "harness/contract/patterns.hpp"
#include "harness/result/ab_result.hpp"
#include "harness/result/result_file.hpp"
#include "reports/embedded.hpp"
#include "reports/read_result.hpp"

namespace ipcmark {
namespace {

/// "pointer text" of every fault.
std::vector<std::string> faults(const char* schema, const char* document) {
    std::vector<std::string> texts;
    for (const auto& fault : check_schema(parse_json(schema), parse_json(document)))
        texts.push_back(fault.pointer + " " + fault.text);
    return texts;
}

using list = std::vector<std::string>;

TEST(json_schema, types) {
    EXPECT_EQ(faults(R"({"type": "integer"})", "3"), list());
    EXPECT_EQ(faults(R"({"type": "integer"})", "3.0"), list());
    EXPECT_EQ(faults(R"({"type": "integer"})", "3.5"), list{" expected integer, found number"});
    EXPECT_EQ(faults(R"({"type": "number"})", "3"), list());
    EXPECT_EQ(faults(R"({"type": ["string", "null"]})", "null"), list());
    EXPECT_EQ(faults(R"({"type": ["string", "null"]})", "true"),
              list{" expected string or null, found boolean"});
}

TEST(json_schema, values) {
    EXPECT_EQ(faults(R"({"const": "a"})", R"("b")"), list{" must be \"a\""});
    EXPECT_EQ(faults(R"({"enum": ["a", 1]})", "1"), list());
    EXPECT_EQ(faults(R"({"enum": ["a", 1]})", "2"), list{" must be one of [\"a\",1]"});
    EXPECT_EQ(faults(R"({"minimum": 1, "maximum": 3})", "4"), list{" must be at most 3"});
    EXPECT_EQ(faults(R"({"minimum": 1, "maximum": 3})", "0"), list{" must be at least 1"});
    EXPECT_EQ(faults(R"({"minimum": 0})", "-0.5"), list{" must be at least 0"});
    EXPECT_EQ(faults(R"({"pattern": "^a+$"})", R"("aab")"), list{" must match ^a+$"});
    EXPECT_EQ(faults(R"({"pattern": "^a+$"})", "7"), list()) << "a pattern is for strings alone";
}

TEST(json_schema, a_pattern_is_not_tried_on_a_text_without_end) {
    const tree schema{{"pattern", tree("^(a+)+$")}};
    EXPECT_EQ(check_schema(schema, tree(std::string(1u << 20, 'a'))).size(), 1u);
}

TEST(json_schema, objects_and_arrays_are_pointed_into) {
    constexpr auto schema = R"({"type": "object", "required": ["x"], "additionalProperties": false,
        "properties": {"x": {"type": "array", "minItems": 1, "maxItems": 2,
                             "items": {"type": "string"}}}})";
    EXPECT_EQ(faults(schema, R"({"x": ["a"]})"), list());
    EXPECT_EQ(faults(schema, R"({"x": ["a", 1]})"), list{"/x/1 expected string, found integer"});
    EXPECT_EQ(faults(schema, R"({"x": []})"), list{"/x needs at least 1 item"});
    EXPECT_EQ(faults(schema, R"({"x": ["a", "b", "c"]})"), list{"/x may have at most 2 items"});
    EXPECT_EQ(faults(schema, "{}"), list{" lacks \"x\""});
    EXPECT_EQ(faults(schema, R"({"x": ["a"], "a/b~": 1})"), list{"/a~1b~0 is not a known key"});
}

TEST(json_schema, additional_properties_may_have_a_schema) {
    constexpr auto schema = R"({"additionalProperties": {"type": "string"}})";
    EXPECT_EQ(faults(schema, R"({"a": "b"})"), list());
    EXPECT_EQ(faults(schema, R"({"a": 1})"), list{"/a expected string, found integer"});
}

TEST(json_schema, of_alternatives_the_nearest_is_told) {
    constexpr auto schema = R"({"anyOf": [{"type": "null"},
        {"type": "object", "properties": {"deep": {"type": "string"}}}]})";
    EXPECT_EQ(faults(schema, "null"), list());
    EXPECT_EQ(faults(schema, R"({"deep": "x"})"), list());
    EXPECT_EQ(faults(schema, R"({"deep": 1})"), list{"/deep expected string, found integer"});
}

TEST(json_schema, references_stay_in_the_file) {
    EXPECT_EQ(faults(R"({"$ref": "#/$defs/n", "$defs": {"n": {"type": "null"}}})", "1"),
              list{" expected null, found integer"});
    EXPECT_THROW(faults(R"({"$ref": "https://example.org/x"})", "1"), std::logic_error);
}

TEST(json_schema, a_keyword_that_nobody_checks_is_refused) {
    EXPECT_THROW(faults(R"({"multipleOf": 2})", "3"), std::logic_error);
    EXPECT_NO_THROW(faults(R"({"title": "t", "description": "d", "$id": "i"})", "3"));
}

TEST(json_schema, faults_are_limited) {
    const tree schema{{"items", tree{{"type", "string"}}}};
    const tree document(tree::list(1000, tree(1)));
    EXPECT_EQ(check_schema(schema, document).size(), 20u);
    EXPECT_EQ(check_schema(schema, document, 3).size(), 3u);
}

TEST(json_schema, references_to_another_schema_are_followed_where_it_is_given) {
    const tree schema = parse_json(
        R"({"properties": {"b": {"items": {"$ref": "urn:b"}}, "again": {"$ref": "#"}}})");
    const tree other = parse_json(R"({"$id": "urn:b", "required": ["x"],
        "properties": {"x": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"type": "null"}}})");
    const tree document = parse_json(R"({"b": [{"x": 1}, {}], "again": {"b": [{"x": null}, 3]}})");
    std::vector<std::string> texts;
    for (const auto& fault : check_schema(schema, document, 20, {other}))
        texts.push_back(fault.pointer + " " + fault.text);
    EXPECT_EQ(texts, (list{"/b/0/x expected null, found integer", "/b/1 lacks \"x\""}));
    EXPECT_EQ(check_schema(schema, document, 1, {other}).size(), 1u);
    EXPECT_THROW(check_schema(schema, document), std::logic_error);
}

/// Every keyword of a schema and of those within it.
void expect_known_keywords(const tree& schema) {
    if (!schema.is_object()) return;
    for (const auto& [keyword, argument] : schema.named()) {
        if (keyword != "$ref" && keyword != "anyOf") {  // what they refer to is not there
            EXPECT_NO_THROW(check_schema(tree(tree::members{{keyword, argument}}), tree()));
        }
        if (keyword == "properties" || keyword == "$defs")
            for (const auto& [name, within] : argument.named())
                expect_known_keywords(within);
        if (keyword == "items" || keyword == "additionalProperties")
            expect_known_keywords(argument);
        if (keyword == "anyOf")
            for (const tree& within : argument.elements())
                expect_known_keywords(within);
    }
}

TEST(json_schema, ours_use_only_what_is_checked) {
    for (const auto text :
         {result_schema_text(), plan_schema_text(), ab_schema_text(), comparison_schema_text(),
          design_schema_text(), external_schema_text()}) {
        const tree schema = parse_json(text);
        expect_known_keywords(schema);
        EXPECT_EQ(schema.at("$schema").as_text(), "https://json-schema.org/draft/2020-12/schema");
    }
}

TEST(json_schema, patterns_and_parameters_are_those_of_the_pattern_table) {
    std::set<std::string> words;
    for (const pattern_info& row : pattern_table)
        words.emplace(row.word);
    const tree plan = parse_json(plan_schema_text()).at("properties");
    const tree result = parse_json(result_schema_text()).at("$defs");
    const auto texts = [](const tree& from) {
        std::set<std::string> all;
        for (const tree& each : from.elements())
            all.insert(each.as_text());
        return all;
    };
    EXPECT_EQ(texts(plan.at("patterns").at("items").at("enum")), words);
    EXPECT_EQ(texts(result.at("pattern").at("enum")), words);
    for (const parameter_spec* each : all_parameters()) {
        const std::string key(each->plan_key);
        ASSERT_TRUE(plan.contains(key)) << key;
        const tree* type = plan.at(key).find("type");
        EXPECT_EQ(type != nullptr && *type == tree("array"), each->several) << key;
    }
}

/// The schema with every object closed whose members it lists. Google Benchmark's entries, which
/// hold the block "ipc", have a member for each metric and stay open.
tree closed(const tree& schema) {
    if (schema.is_list()) {
        tree::list all;
        for (const tree& each : schema.elements())
            all.push_back(closed(each));
        return all;
    }
    if (!schema.is_object()) return schema;
    tree::members named;
    for (const auto& [key, value] : schema.named())
        named.emplace_back(key, closed(value));
    if (schema.contains("properties") && schema.at("properties").is_object() &&
        !schema.contains("additionalProperties") && !schema.at("properties").contains("ipc"))
        named.emplace_back("additionalProperties", false);
    return named;
}

void collect_names(const tree& value, std::set<std::string>& names) {
    if (value.is_list())
        for (const tree& each : value.elements())
            collect_names(each, names);
    if (!value.is_object()) return;
    for (const auto& [key, member] : value.named()) {
        names.insert(key);
        collect_names(member, names);
    }
}

void collect_properties(const tree& schema, std::set<std::string>& names) {
    if (schema.is_list())
        for (const tree& each : schema.elements())
            collect_properties(each, names);
    if (!schema.is_object()) return;
    for (const auto& [key, value] : schema.named()) {
        if (key == "properties" && value.is_object())
            for (const auto& [name, of] : value.named())
                names.insert(name);
        collect_properties(value, names);
    }
}

/// What the samples lack.
void fill_in(run_result& result) {
    result.header.clock.offsets.emplace_back().when = "begin";
    result.header.run.touch_code = "plain";
    result.header.mechanisms.front().code = {"mine.json", "Python 3", "an interpreter", "", true};
    if (result.noise && result.noise->gate.is_null()) result.noise->gate = tree::object();
    for (const char* key : {"by_metric", "by_kind"})
        result.header.calibration[key] = tree::object();
    result.header.calibration["too_short"] = tree::array();
    result.header.calibration["disturbed"] = 0;
    if (!result.floors.empty()) result.floors.front().note = "too slow";
    result.cells.front().parties = parties_info{"4:1", "shared", 4, 1, 2, true};
    result.cells.front().floor = cell_floor{"line_round_trip", 100, "ns", "", 90};
    auto& repetition = *result.repetitions.front().timed;
    repetition.layout.emplace();
    peer_record service;
    service.role = "service";
    service.placement_note = "anywhere";
    service.unavailable = "it ended";
    service.cpu_ns = 1;
    service.threads = 1;
    service.messages = 1;
    service.p50_ns = 1;
    service.p99_ns = 1;
    repetition.peers.push_back(service);
    auto& counting = result.cells.front().counting.emplace();
    counting.source = "repetitions of their own";
    counting.sources["cycles_per_message"] = "PMU";
    counting.repetitions = 1;
    result.cells.front().summary.front().second.n_eff = 4.5;
    result.cells.front().summary.front().second.pooled = true;
    result.cells.front().histogram->effective_messages = {{"p90_ns", 120}};
    repetition.effective_messages = {{"p90_ns", 120}};
    result.header.watch.others = {{"make", 1, 7, 0.5}};
    result.header.watch.interrupts = {{"eth0", 1200}};
    result.header.watch.other_runs = {{7, "ipcmark run", "2026-01-01 00:00:00 UTC", {0, 1}}};
    result.header.plan.unpinned = "/64/";
    if (result.noise) result.noise->rows = {{"steal", 1, "meaning", "remedy"}};
}

TEST(json_schema, lists_the_fields_that_the_result_structs_write_and_no_others) {
    const tree schema = parse_json(result_schema_text());
    const tree strict = closed(schema);
    std::set<std::string> written;
    for (const char* name : {"sample", "full"}) {
        run_result result = read_result(std::string(IPCMARK_GOLDEN "/") + name + ".result.json");
        fill_in(result);
        const tree document = to_tree(result);
        for (const auto& fault : check_schema(strict, document, 1'000))
            ADD_FAILURE() << name << ": " << fault.pointer << " " << fault.text;
        collect_names(document, written);
    }
    std::set<std::string> listed;
    collect_properties(schema, listed);
    listed.erase("gate_ratio");  // of a calibration, which calibrate writes
    for (const auto& name : listed)
        EXPECT_TRUE(written.contains(name)) << name << " is written by no struct";
}

ab_result whole_comparison() {
    ab_result of;
    of.complete = false;
    of.incomplete_reason = "interrupted";
    for (variant_info& each : of.variants)
        each = {"main", "build/ipcmark", {"libmine.so"}, {"A=b=c"}, {"touch=rw"}, "main", "0123"};
    of.rule = {{{10, 0.005}, {20, 0.005}}, 0.03, {{"p50_ns", 0.05}}};
    of.pairs = {{"round_trip/pipe/64/cross", "round_trip/fifo/64/cross"}};
    of.controls = {{"round_trip/null/64/cross", "p50_ns", {1, 2}, {2, 1}}};
    for (run_result& each : of.results) {
        each = read_result(IPCMARK_GOLDEN "/full.result.json");
        fill_in(each);
    }
    of.confirmation = {of};
    return of;
}

TEST(json_schema, of_comparisons_lists_the_fields_that_the_structs_write_and_no_others) {
    const tree schema = parse_json(ab_schema_text());
    const tree document = to_tree(whole_comparison());
    const std::vector<tree> others{closed(parse_json(result_schema_text()))};
    for (const auto& fault : check_schema(closed(schema), document, 1'000, others))
        ADD_FAILURE() << fault.pointer << " " << fault.text;
    std::set<std::string> written;
    std::set<std::string> listed;
    collect_names(document, written);
    collect_properties(schema, listed);
    for (const auto& name : listed)
        EXPECT_TRUE(written.contains(name)) << name << " is written by no struct";
}

}  // namespace
}  // namespace ipcmark
