#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/analysis/standings.hpp"

namespace ipcmark {

struct table_cell {
    std::string text;  // a figure, or a word where there is none; empty: not planned
    bool is_figure = false;
    standing stands = standing::none;
    std::optional<double> value;
};

/// As the page has it.
template <class Visitor>
void visit_fields(Visitor& visit, table_cell& c) {
    visit("text", c.text);
}

struct table_row {
    std::string label;
    bool reference = false;  // the instrument
    std::vector<table_cell> cells;
    std::string mechanism = {};  // where the row is one
};

template <class Visitor>
void visit_fields(Visitor& visit, table_row& r) {
    visit("label", r.label);
    visit("cells", r.cells);
}

struct report_table {
    std::string title;
    std::string corner;  // over the labels
    std::vector<std::string> heads;
    std::vector<table_row> rows;
    bool has_order = false;  // standings mean something here
    /// By the columns: where there is no room the highest goes first. Empty: the last.
    std::vector<unsigned> ranks = {};
};

template <class Visitor>
void visit_fields(Visitor& visit, report_table& t) {
    visit("title", t.title);
    visit("corner", t.corner);
    visit("heads", t.heads);
    visit("rows", t.rows);
}

}  // namespace ipcmark
