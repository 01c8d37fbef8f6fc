#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/contract/planned_cell.hpp"
#include "harness/result/metric_summary.hpp"
#include "harness/result/repetition_record.hpp"
#include "harness/result/run_info.hpp"

/// The result of a run, as plain data. harness/result/result_file.hpp reads and writes it.
namespace ipcmark {

/// Why a cell or a repetition did not end ok.
struct reason {
    std::string code;
    std::optional<std::string> stage;
    std::string text;
};

template <class Visitor>
void visit_fields(Visitor& visit, reason& r) {
    visit("code", r.code);
    visit("stage", r.stage);
    visit("text", r.text);
}

reason reason_of(const failure& failed);

/// What tells the cells of one pattern apart.
struct parameter_info {
    std::string name;
    double value = 0;
    std::string text;
    std::optional<std::size_t> working_set_bytes;
};

template <class Visitor>
void visit_fields(Visitor& visit, parameter_info& p) {
    visit("name", p.name);
    visit("value", p.value);
    visit("text", p.text);
    visit.when_there("working_set_bytes", p.working_set_bytes);
}

/// More than a pair.
struct parties_info {
    std::string text;      // "4:1"
    std::string topology;  // how they are connected; empty: not at all
    std::uint64_t producers = 0;
    std::uint64_t consumers = 0;
    std::uint64_t cpus = 0;       // that they may use
    bool oversubscribed = false;  // they are more than those
};

template <class Visitor>
void visit_fields(Visitor& visit, parties_info& p) {
    visit("text", p.text);
    visit("topology", p.topology);
    visit("producers", p.producers);
    visit("consumers", p.consumers);
    visit("cpus", p.cpus);
    visit("oversubscribed", p.oversubscribed);
}

/// Latencies of all repetitions that count, log-linear: see harness/stats/histogram.hpp.
struct histogram_info {
    std::string scheme = "log_linear";
    unsigned sub_bucket_bits = 0;
    std::string unit = "ns";
    std::uint64_t count = 0;
    std::vector<std::pair<std::size_t, std::uint64_t>> bins;  // index, count
    /// By percentile: independent messages that the counted ones are worth for it.
    std::optional<std::map<std::string, double>> effective_messages;
};

template <class Visitor>
void visit_fields(Visitor& visit, histogram_info& h) {
    visit("scheme", h.scheme);
    visit("sub_bucket_bits", h.sub_bucket_bits);
    visit("unit", h.unit);
    visit("count", h.count);
    visit("bins", h.bins);
    visit.when_there("effective_messages", h.effective_messages);
}

/// The limit that a cell is held against.
struct cell_floor {
    std::string name;
    double value = 0;
    std::string unit;
    std::string why;
    std::optional<double> best;  // the most favourable figure that the machine itself showed
};

template <class Visitor>
void visit_fields(Visitor& visit, cell_floor& f) {
    visit("name", f.name);
    visit("value", f.value);
    visit("unit", f.unit);
    visit("why", f.why);
    visit.when_there("best", f.best);
}

/// Which cell it is, and where it runs.
struct cell_identity {
    std::string name;
    std::string mechanism;
    pattern kind = pattern::round_trip;
    std::size_t payload_bytes = 0;
    placement place = placement::free;
    touch reads = touch::rw;
    std::size_t depth = 1;
    std::vector<int> cpus;
    std::optional<parameter_info> parameter;
    std::optional<parties_info> parties;  // nothing: a pair
};

/// Not called visit_fields, so that whoever has more fields than these must list his own.
template <class Visitor>
void visit_identity(Visitor& visit, cell_identity& c) {
    visit("name", c.name);
    visit("transport", c.mechanism);
    visit("pattern", c.kind);
    visit("payload_bytes", c.payload_bytes);
    visit("placement", c.place);
    visit("touch", c.reads);
    visit("depth", c.depth);
    visit("cpus", c.cpus);
    visit("parameter", c.parameter);
    visit.when_there("parties", c.parties);
}

/// One cell: as planned, how it ended, and what is concluded from its repetitions.
struct cell_result : cell_identity {
    status ended = status::ok;
    std::optional<reason> why;
    std::uint64_t repetitions_planned = 0;
    std::size_t repetitions_ok = 0;  // without those run again
    std::size_t repetitions_disturbed = 0;
    std::size_t repetitions_excluded = 0;  // disturbed ones that the summary leaves out
    std::vector<reason> failures;
    std::vector<std::pair<std::string, metric_summary>> summary;  // in the metric table's order
    std::optional<histogram_info> histogram;
    std::optional<verify_facts> verify;
    std::optional<counting_facts> counting;
    std::optional<cell_floor> floor;
    std::vector<std::string> flags;
    std::optional<bool> saturated;        // paced
    std::optional<std::string> hop_note;  // switch

    const metric_summary* find(std::string_view metric) const {
        for (const auto& [key, figures] : summary)
            if (key == metric) return &figures;
        return nullptr;
    }
    std::optional<double> median(std::string_view metric) const {
        const metric_summary* found = find(metric);
        return found == nullptr ? std::nullopt : found->median;
    }
    bool has_flag(std::string_view flag) const {
        for (const auto& each : flags)
            if (each == flag) return true;
        return false;
    }
};

/// As planned, before anything ran.
cell_result cell_result_of(const planned_cell& planned, std::uint64_t repetitions_planned);

struct floor_sample {
    std::uint64_t round = 0;  // rounds done by then
    double value = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, floor_sample& s) {
    visit("round", s.round);
    visit("value", s.value);
}

/// One physical limit, measured in the same run.
struct floor_info {
    std::string name;
    std::string unit;  // ns, bytes_per_second
    std::string meaning;
    std::optional<placement> place;
    std::optional<std::size_t> block_bytes;
    std::vector<floor_sample> samples;
    std::optional<metric_summary> summary;
    std::optional<double> drift;      // last by first
    std::optional<std::string> note;  // why it is no floor; then there is no summary
};

template <class Visitor>
void visit_fields(Visitor& visit, floor_info& f) {
    visit("name", f.name);
    visit("unit", f.unit);
    visit("meaning", f.meaning);
    visit("placement", f.place);
    visit("block_bytes", f.block_bytes);
    visit("samples", f.samples);
    visit("summary", f.summary);
    visit("drift", f.drift);
    visit.when_there("note", f.note);
}

struct quality_counts {
    std::size_t quiet = 0;
    std::size_t usable = 0;
    std::size_t disturbed = 0;

    std::size_t all() const { return quiet + usable + disturbed; }
};

template <class Visitor>
void visit_fields(Visitor& visit, quality_counts& q) {
    visit("quiet", q.quiet);
    visit("usable", q.usable);
    visit("disturbed", q.disturbed);
}

/// How often a row of the gate was exceeded.
struct gate_count {
    std::string row;
    std::size_t disturbed = 0;  // repetitions
    std::string meaning;
    std::string remedy;
};

template <class Visitor>
void visit_fields(Visitor& visit, gate_count& g) {
    visit("row", g.row);
    visit("disturbed", g.disturbed);
    visit("meaning", g.meaning);
    visit("remedy", g.remedy);
}

/// The verdict over the machine.
struct noise_info {
    std::string verdict;  // quiet, usable, noisy, unusable
    std::string text;
    std::string remedy;  // of what disturbed most; empty where little did
    quality_counts repetitions;
    std::vector<gate_count> rows;  // those that disturbed, the most frequent first
    std::size_t rerun = 0;
    std::optional<double> smallest_ratio;  // differences below are noise here
    tree gate;                             // the bounds that repetitions were judged by
};

template <class Visitor>
void visit_fields(Visitor& visit, noise_info& n) {
    visit("verdict", n.verdict);
    visit("text", n.text);
    visit("remedy", n.remedy);
    visit("repetitions", n.repetitions);
    visit("rows", n.rows);
    visit("rerun", n.rerun);
    visit("smallest_ratio", n.smallest_ratio);
    visit("gate", n.gate);
}

/// Everything of one run.
struct run_result {
    bool complete = true;
    std::optional<std::string> incomplete_reason;
    run_header header;
    std::vector<floor_info> floors;
    std::vector<cell_result> cells;
    std::vector<repetition_record> repetitions;  // timed ones that ended ok, by cell
    std::optional<noise_info> noise;
};

}  // namespace ipcmark
