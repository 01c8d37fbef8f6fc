#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/analysis/comparison.hpp"
#include "harness/base/fields.hpp"

/// What reports say of a later result against the first one.
namespace ipcmark {

/// Of what `ipcmark compare --format json` prints.
inline constexpr std::string_view comparison_schema_name = "ipcmark.comparison";

struct compared_row {
    std::string cell;
    double before = 0;
    double after = 0;
    double ratio = 1;
    std::optional<double> low;
    std::optional<double> high;
    change verdict = change::inconclusive;
    std::optional<std::size_t> pairs = {};  // of what ran pair by pair
    std::optional<double> adjusted_p = {};
};

template <class Visitor>
void visit_fields(Visitor& visit, compared_row& r) {
    visit("cell", r.cell);
    visit("before", r.before);
    visit("after", r.after);
    visit("ratio", r.ratio);
    visit("low", r.low);
    visit("high", r.high);
    visit("verdict", r.verdict);
    visit.when_there("pairs", r.pairs);
    visit.when_there("adjusted_p", r.adjusted_p);
}

/// One pattern and metric of two results.
struct comparison_table {
    pattern kind = pattern::round_trip;
    std::string metric;
    std::string title;       // "round trip, p50"
    std::string summary;     // "1 regressed, 30 equivalent"
    std::string reading;     // how the ratios are to be read: direction and margin
    double margin_from = 1;  // ratios between these are differences that do not matter
    double margin_to = 1;
    std::vector<compared_row> rows;
};

template <class Visitor>
void visit_fields(Visitor& visit, comparison_table& t) {
    visit("pattern", t.kind);
    visit("metric", t.metric);
    visit("title", t.title);
    visit("summary", t.summary);
    visit("reading", t.reading);
    visit("margin_from", t.margin_from);
    visit("margin_to", t.margin_to);
    visit("rows", t.rows);
}

/// A later result against the first one.
struct comparison_view {
    std::size_t after = 1;  // position of the result
    std::string title;      // "new.json against old.json"
    std::string summary;    // what was measured when, and the verdicts counted over all tables
    std::string environment;
    std::vector<difference> differences;
    std::string note;                // what such a comparison can say
    std::vector<std::string> lines;  // of a comparison pair by pair: what the summary rests on
    std::vector<comparison_table> tables;
};

template <class Visitor>
void visit_fields(Visitor& visit, difference& d) {
    visit("fact", d.fact);
    visit("before", d.before);
    visit("after", d.after);
}

template <class Visitor>
void visit_fields(Visitor& visit, comparison_view& c) {
    visit("after", c.after);
    visit("title", c.title);
    visit("summary", c.summary);
    visit("environment", c.environment);
    visit("differences", c.differences);
    visit("note", c.note);
    visit("lines", c.lines);
    visit("tables", c.tables);
}

}  // namespace ipcmark
