#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/fields.hpp"
#include "harness/result/run_result.hpp"

/// What `ipcmark ab` keeps: two results whose repetitions ran next to each other, and the rule by
/// which they are judged (harness/analysis/ab_judgement.hpp). The file is ipcmark.ab 1.0.
namespace ipcmark {

inline constexpr std::string_view ab_schema_name = "ipcmark.ab";

/// One side.
struct variant_info {
    std::string label;  // as it was given: "build-main/ipcmark", "pipe", "touch=rw"
    std::optional<std::string> program;
    std::vector<std::string> plugins;
    std::vector<std::string> environment;  // NAME=value
    std::vector<std::string> settings;     // of its cells: "touch=rw"
    std::optional<std::string> revision;   // of a git repository
    std::optional<std::string> digest;     // of the bytes of program and plug-ins, to tell sameness
};

template <class Visitor>
void visit_fields(Visitor& visit, variant_info& v) {
    visit("label", v.label);
    visit.when_there("program", v.program);
    visit("plugins", v.plugins);
    visit("environment", v.environment);
    visit("settings", v.settings);
    visit.when_there("revision", v.revision);
    visit.when_there("digest", v.digest);
}

/// Names of the cells that ran next to each other.
struct ab_pair {
    std::string a;
    std::string b;
};

template <class Visitor>
void visit_fields(Visitor& visit, ab_pair& p) {
    visit("a", p.a);
    visit("b", p.b);
}

/// By how many pairs a cell is looked at, and the level of that look.
struct ab_look {
    std::uint64_t pairs = 0;
    double level = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, ab_look& l) {
    visit("pairs", l.pairs);
    visit("level", l.level);
}

struct ab_rule {
    std::vector<ab_look> looks;             // ascending
    std::optional<double> margin;           // of every primary metric, instead of its own
    std::map<std::string, double> margins;  // of a metric, before all others
};

template <class Visitor>
void visit_fields(Visitor& visit, ab_rule& r) {
    visit("looks", r.looks);
    visit.when_there("margin", r.margin);
    visit("margins", r.margins);
}

/// One metric of a cell that no variant can reach, run twice in every round.
struct control_series {
    std::string cell;
    std::string metric;
    std::vector<double> first;   // figures by round, of the one
    std::vector<double> second;  // and of the other
};

template <class Visitor>
void visit_fields(Visitor& visit, control_series& c) {
    visit("cell", c.cell);
    visit("metric", c.metric);
    visit("first", c.first);
    visit("second", c.second);
}

struct ab_result {
    bool complete = true;
    std::optional<std::string> incomplete_reason;
    std::array<variant_info, 2> variants;
    bool same = false;  // both sides are the same: a test of the machine
    ab_rule rule;
    std::vector<ab_pair> pairs;
    std::vector<control_series> controls;
    std::array<run_result, 2> results;  // A, B
    /// What regressed, compared once more with another seed; one, or none.
    std::vector<ab_result> confirmation = {};
};

/// All but the results and the confirmation. Reading throws bad_field.
tree ab_frame_to_tree(const ab_result& of);
ab_result ab_frame_from_tree(const tree& document);

tree to_tree(const ab_result& of);

/// Throws bad_field with the JSON pointer of what does not fit.
ab_result ab_result_from_tree(const tree& document);

}  // namespace ipcmark
