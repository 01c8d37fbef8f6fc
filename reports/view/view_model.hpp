#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/analysis/ab_judgement.hpp"
#include "harness/analysis/load_curves.hpp"
#include "harness/analysis/prediction.hpp"
#include "harness/analysis/standings.hpp"
#include "harness/analysis/trade_off.hpp"
#include "harness/base/fields.hpp"
#include "harness/result/run_result.hpp"
#include "reports/view/comparison_view.hpp"
#include "reports/view/report_table.hpp"
#include "reports/view/trend_view.hpp"

/// What reports say about results: every sentence, verdict and standing, computed once. The
/// terminal, Markdown, CSV and the page write or draw it and add nothing of their own.
namespace ipcmark {

/// A result and what people call it: the name of its file.
struct named_result {
    std::string name;
    run_result result;
};

/// How one metric puts the cells of a group in order.
struct standing_column {
    std::string metric;
    std::string label;                          // in tables of this group
    std::vector<standing> standings;            // by the group's cells
    std::vector<std::optional<double>> ratios;  // to the best, four digits; see ratios_to_best
};

template <class Visitor>
void visit_fields(Visitor& visit, standing_column& c) {
    visit("metric", c.metric);
    visit("label", c.label);
    visit("standings", c.standings);
    visit("ratios", c.ratios);
}

template <class Visitor>
void visit_fields(Visitor& visit, trade_off& t) {
    visit("latency", t.latency);
    visit("frontiers", t.frontiers);
}

/// One answer to the question of a group's pattern.
struct answer {
    std::string topic;      // "Fastest round trip, 64 B, not pinned"
    std::string mechanism;  // who it is
    std::size_t cell = 0;
    std::string figure;                  // "425 ns"
    std::string range;                   // "interval 418 to 440 ns"
    std::vector<std::string> sentences;  // the first stands for the answer alone
    std::string brief;   // "pipe 28.4 us ±2 %; no difference proven to fifo (below 6 %)"
    bool proven = true;  // the best, which takes no other that is level with it
};

template <class Visitor>
void visit_fields(Visitor& visit, answer& a) {
    visit("topic", a.topic);
    visit("mechanism", a.mechanism);
    visit("cell", a.cell);
    visit("figure", a.figure);
    visit("range", a.range);
    visit("sentences", a.sentences);
    visit("brief", a.brief);
}

/// Cells that differ in nothing but the mechanism.
struct group_view {
    pattern kind = pattern::round_trip;
    placement place = placement::free;
    touch reads = touch::rw;
    std::size_t payload_bytes = 0;
    std::string parameter;  // as people read it: "4 producers, after 1.00 ms"; empty: none
    std::string unit;       // what costs are told per: "message", "round trip", "post", "write"
    bool headline = false;  // its answers stand for the pattern and placement
    bool several = false;   // more than a pair
    std::string main_metric;
    std::vector<std::size_t> cells;  // positions in the result, in the order of the main metric
    std::vector<standing_column> columns;
    /// By its cells: positions of worse ones that are not proven to be behind by the main metric.
    std::vector<std::vector<std::size_t>> unproven;
    std::optional<trade_off> traded;
    std::vector<answer> answers;

    const standing_column* column(std::string_view metric) const {
        for (const auto& each : columns)
            if (each.metric == metric) return &each;
        return nullptr;
    }
};

template <class Visitor>
void visit_fields(Visitor& visit, group_view& g) {
    visit("pattern", g.kind);
    visit("placement", g.place);
    visit("touch", g.reads);
    visit("payload_bytes", g.payload_bytes);
    visit("parameter", g.parameter);
    visit("unit", g.unit);
    visit("headline", g.headline);
    visit("main_metric", g.main_metric);
    visit("cells", g.cells);
    visit("columns", g.columns);
    visit("unproven", g.unproven);
    visit("trade_off", g.traded);
    visit("answers", g.answers);
}

/// A latency_distribution in less room: its values and counts can be read off the bins.
struct distribution_view {
    std::vector<std::uint64_t> bin_steps;  // how many bins after that of the value before
    std::size_t supported = 0;
    double mean_ns = 0;
    double deviation_ns = 0;
    double greatest_ns = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, distribution_view& d) {
    visit("bin_steps", d.bin_steps);
    visit("supported", d.supported);
    visit("mean_ns", d.mean_ns);
    visit("deviation_ns", d.deviation_ns);
    visit("greatest_ns", d.greatest_ns);
}

/// A bar of which parts make up a whole, see stacks.hpp.
struct stack_view {
    std::string name;
    double total = 0;
    std::vector<std::optional<double>> lengths;  // by its parts, up to the total; empty: not told
};

template <class Visitor>
void visit_fields(Visitor& visit, stack_view& s) {
    visit("name", s.name);
    visit("total", s.total);
    visit("lengths", s.lengths);
}

/// The repetitions of a cell against each other, in the order of the result.
struct repetitions_view {
    std::string metric;                            // that is compared; empty: they have none
    std::vector<std::optional<double>> to_median;  // ratio to that of the cell, four digits
    std::vector<std::string> disturbed_by;         // reasons, or "nothing"; empty: not known
};

template <class Visitor>
void visit_fields(Visitor& visit, repetitions_view& r) {
    visit("metric", r.metric);
    visit("to_median", r.to_median);
    visit("disturbed_by", r.disturbed_by);
}

/// What is said of one cell besides its figures.
struct cell_view {
    std::string absence;  // a word where a figure would stand: "limit", "failed"; empty: ok
    waiting waits = waiting::unknown;
    bool lossy = false;
    std::string doubt;  // a sentence: why the limit of the machine says nothing of it
    std::vector<std::pair<double, double>> percentiles;  // q and ns, of all repetitions that count
    std::optional<distribution_view> distribution;       // of round trips
    std::vector<stack_view> stacks;
    std::optional<repetitions_view> repetitions;
};

template <class Visitor>
void visit_fields(Visitor& visit, cell_view& c) {
    visit("absence", c.absence);
    visit("waits", c.waits);
    visit("lossy", c.lossy);
    visit("doubt", c.doubt);
    visit("percentiles", c.percentiles);
    visit("distribution", c.distribution);
    visit("stacks", c.stacks);
    visit("repetitions", c.repetitions);
}

/// Mechanisms at several rates, and what is said of them.
struct load_view {
    load_family of;
    std::string text;  // a sentence on their knees; empty: nothing to say
};

template <class Visitor>
void visit_fields(Visitor& visit, load_point& p) {
    visit("cell", p.cell);
    visit("offered_per_second", p.offered_per_second);
    visit("saturated", p.saturated);
}

template <class Visitor>
void visit_fields(Visitor& visit, load_curve& c) {
    visit("mechanism", c.mechanism);
    visit("metric", c.metric);
    visit("points", c.points);
    visit("knee", c.knee);
}

template <class Visitor>
void visit_fields(Visitor& visit, load_view& v) {
    visit("placement", v.of.place);
    visit("touch", v.of.reads);
    visit("payload_bytes", v.of.payload_bytes);
    visit("text", v.text);
    visit("curves", v.of.curves);
}

/// Cells that have no figure for the same reason.
struct problem {
    status ended = status::skipped;
    std::string code;
    std::string text;
    std::string where;  // mechanisms, patterns, payloads and placements in a few words
    std::vector<std::size_t> cells;
};

template <class Visitor>
void visit_fields(Visitor& visit, problem& p) {
    visit("status", p.ended);
    visit("code", p.code);
    visit("text", p.text);
    visit("where", p.where);
    visit("cells", p.cells);
}

/// The answer to a pattern in the fewest words.
struct short_answer {
    std::string topic;  // "at 1.00 M/s"
    std::string mechanism;
    std::string figure;  // "1.91 ms (no order proven)"
};

/// "Pipe: set-up 80.5 us, at 1.00 M/s 2.84 us. fifo: ..."
std::string in_few_words(const std::vector<short_answer>& answers);

/// A line of the few that a report in a terminal ends with.
struct closing_line {
    std::string text;
    bool under = false;                    // adds to the line before
    unsigned rank = 0;                     // where room is short the highest goes first
    bool elsewhere = false;                // says what another placement does
    std::optional<short_answer> shortest;  // said in place of a line that goes
};

template <class Visitor>
void visit_fields(Visitor& visit, closing_line& l) {
    visit("text", l.text);
    visit("under", l.under);
    visit("rank", l.rank);
    visit("elsewhere", l.elsewhere);
}

/// Something that a reader must know before the figures.
struct notice {
    std::string severity;  // info, warning, error
    std::string head;
    std::string text;
};

template <class Visitor>
void visit_fields(Visitor& visit, notice& n) {
    visit("severity", n.severity);
    visit("head", n.head);
    visit("text", n.text);
}

struct named_reason {
    std::string name;
    std::string text;
};

template <class Visitor>
void visit_fields(Visitor& visit, named_reason& r) {
    visit("name", r.name);
    visit("text", r.text);
}

/// A difference that a calibration found can be told apart.
struct detectable_view {
    std::uint64_t repetitions = 0;  // a side
    std::string difference;         // "12.0 %"
};

template <class Visitor>
void visit_fields(Visitor& visit, detectable_view& r) {
    visit("repetitions", r.repetitions);
    visit("difference", r.difference);
}

/// Rates of streams whose every message costs the same.
struct equal_cost {
    std::string text;  // "10 us a message"
    double messages_per_second = 0;
    std::vector<std::pair<std::size_t, double>> bytes_per_second;  // by payload bytes
};

template <class Visitor>
void visit_fields(Visitor& visit, equal_cost& c) {
    visit("text", c.text);
    visit("messages_per_second", c.messages_per_second);
    visit("bytes_per_second", c.bytes_per_second);
}

struct result_view {
    std::string name;
    std::string host;                   // the machine, kernel, date and version on one line
    std::vector<std::string> trust;     // how far to trust it, a sentence each
    std::string verdict;                // that of them on what the machine can tell apart
    std::string measured;               // that of them on how many cells have figures
    std::vector<closing_line> closing;  // the answers in the fewest words
    std::vector<detectable_view> detectable;
    std::vector<notice> notices;
    std::vector<group_view> groups;
    std::vector<cell_view> cells;  // by the result's cells
    std::vector<load_view> loads;
    std::vector<equal_cost> equal_costs;
    std::vector<problem> problems;
    std::vector<named_reason> unavailable;  // mechanisms
    std::vector<named_reason> partial;      // cells whose repetitions did not all end ok
    /// By the number of processes; nothing: there were pairs alone.
    std::optional<std::vector<report_table>> party_tables;
};

template <class Visitor>
void visit_fields(Visitor& visit, result_view& r) {
    visit("name", r.name);
    visit("host", r.host);
    visit("trust", r.trust);
    visit("verdict", r.verdict);
    visit("measured", r.measured);
    visit("closing", r.closing);
    visit("detectable", r.detectable);
    visit("notices", r.notices);
    visit("groups", r.groups);
    visit("cells", r.cells);
    visit("loads", r.loads);
    visit("equal_costs", r.equal_costs);
    visit("problems", r.problems);
    visit("unavailable", r.unavailable);
    visit("partial", r.partial);
    visit.when_there("party_tables", r.party_tables);
}

/// A report about one or more results. The views refer to the results by position.
struct view_model {
    std::vector<named_result> results;
    std::vector<result_view> views;  // one a result
    std::vector<comparison_view> comparisons;
    std::optional<trend_view> trends = {};  // of a history
};

/// Everything that reports about these results say.
view_model view_of(std::vector<named_result> results);

/// A result against so many earlier runs of a history.
comparison_view gate_view(const named_result& now, const std::vector<predicted_figure>& judged,
                          std::size_t earlier_runs);

/// The same of two variants that ran pair by pair, and what is proven between them.
view_model view_of(const ab_result& compared, const ab_judgement& judged);

}  // namespace ipcmark
