#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "harness/analysis/kept_change.hpp"
#include "harness/analysis/trend.hpp"
#include "harness/base/fields.hpp"

/// What the page draws of a history.
namespace ipcmark {

/// The same level from one column to another.
struct trend_level {
    std::size_t first = 0;
    std::size_t last = 0;
    double ratio = 1;
};

template <class Visitor>
void visit_fields(Visitor& visit, trend_level& l) {
    visit("first", l.first);
    visit("last", l.last);
    visit("ratio", l.ratio);
}

/// Something at a column: a change, or where runs are not comparable with those before.
struct trend_mark {
    std::size_t column = 0;
    std::string text;
    std::string state;  // of a change; empty: a break
    bool worse = false;
};

template <class Visitor>
void visit_fields(Visitor& visit, trend_mark& m) {
    visit("column", m.column);
    visit("text", m.text);
    visit("state", m.state);
    visit("worse", m.worse);
}

/// One metric of one cell.
struct trend_line {
    std::string cell;
    std::string metric;
    std::string title;  // "round_trip/pipe/64/cross, p50"
    std::string base;   // what a ratio of 1 stands for
    bool higher_is_better = false;
    std::vector<std::optional<double>> ratios;   // by column, four digits
    std::vector<std::optional<double>> figures;  // the same
    std::vector<trend_level> levels;
    std::vector<trend_mark> changes;
};

template <class Visitor>
void visit_fields(Visitor& visit, trend_line& l) {
    visit("cell", l.cell);
    visit("metric", l.metric);
    visit("title", l.title);
    visit("base", l.base);
    visit("higher_is_better", l.higher_is_better);
    visit("ratios", l.ratios);
    visit("figures", l.figures);
    visit("levels", l.levels);
    visit("changes", l.changes);
}

struct trend_view {
    std::vector<std::string> columns;  // a run each, or several that follow each other
    std::vector<trend_mark> breaks;
    std::vector<trend_line> lines;  // those with an open change first
    std::string summary;
};

template <class Visitor>
void visit_fields(Visitor& visit, trend_view& t) {
    visit("columns", t.columns);
    visit("breaks", t.breaks);
    visit("lines", t.lines);
    visit("summary", t.summary);
}

/// Of the metrics that decide. More than 200 runs are drawn as 200 columns or a few more, each the
/// median of neighbours.
trend_view trend_view_of(const std::vector<past_run>& runs,
                         const std::vector<fingerprint_facts>& fingerprints,
                         const std::vector<kept_change>& changes, std::vector<past_series> series);

}  // namespace ipcmark
