#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/analysis/kept_change.hpp"
#include "harness/analysis/trend.hpp"
#include "harness/base/fields.hpp"

/// What is said of the runs of a history.
namespace ipcmark {

/// Where runs of one side cannot be compared with those of the other.
struct break_view {
    std::string since;  // of the first run of the other side
    std::string run;    // its file and revision
    std::string text;   // "kernel 6.12 -> 6.18"
};

template <class Visitor>
void visit_fields(Visitor& visit, break_view& b) {
    visit("since", b.since);
    visit("run", b.run);
    visit("text", b.text);
}

struct change_view {
    std::int64_t id = 0;
    change_state state = change_state::detected;
    std::string cell;
    std::string metric;
    double ratio = 1;  // new level over old
    bool worse = false;
    bool decides = false;
    double adjusted_p = 1;
    std::string since;
    std::string last_good;  // runs
    std::string first_bad;
    std::string text;     // a sentence with all that
    std::string confirm;  // the command that asks `ab`; a sentence where it cannot
    std::string note;
};

template <class Visitor>
void visit_fields(Visitor& visit, change_view& c) {
    visit("id", c.id);
    visit("state", c.state);
    visit("cell", c.cell);
    visit("metric", c.metric);
    visit("ratio", c.ratio);
    visit("worse", c.worse);
    visit("decides", c.decides);
    visit("adjusted_p", c.adjusted_p);
    visit("since", c.since);
    visit("last_good", c.last_good);
    visit("first_bad", c.first_bad);
    visit("text", c.text);
    visit("confirm", c.confirm);
    visit("note", c.note);
}

struct history_view {
    std::string summary;  // runs, from when to when, on how many machines
    std::vector<break_view> breaks;
    std::vector<change_view> changes;  // the newest first
    std::string searched;              // how much was searched, and what noise alone would show
    std::size_t open = 0;              // changes that a gate fails for
    std::string answer;
};

template <class Visitor>
void visit_fields(Visitor& visit, history_view& h) {
    visit("summary", h.summary);
    visit("breaks", h.breaks);
    visit("changes", h.changes);
    visit("searched", h.searched);
    visit("open", h.open);
    visit("answer", h.answer);
}

/// "results.json (2026-01-31 12:00 UTC, revision 0123abc)".
std::string past_run_text(const past_run& run);

/// Changes of cells that `wanted` takes.
history_view view_of_history(const std::vector<past_run>& runs,
                             const std::vector<fingerprint_facts>& fingerprints,
                             const std::vector<kept_change>& changes,
                             const std::function<bool(const std::string& cell)>& wanted);

/// For a terminal and for a summary in Markdown, the answer last.
std::string render_history_text(const history_view& view);
std::string render_history_markdown(const history_view& view);

}  // namespace ipcmark
