#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/tree.hpp"
#include "harness/contract/vocabulary.hpp"
#include "harness/host/noise/foreign_tasks.hpp"
#include "harness/host/noise/measuring_runs.hpp"
#include "harness/host/noise/noise.hpp"

/// What a result says besides its cells: machine, build, clock, plan, mechanisms.
namespace ipcmark {

/// A check of the host that did not pass when the run began.
struct host_warning {
    std::string id;
    std::string severity;  // warning, error
    std::string text;
    std::string why;
    std::string remedy;
};

template <class Visitor>
void visit_fields(Visitor& visit, host_warning& w) {
    visit("id", w.id);
    visit("severity", w.severity);
    visit("text", w.text);
    visit("why", w.why);
    visit("remedy", w.remedy);
}

/// Facts are values by name, or {"unavailable": reason}.
struct environment_info {
    std::string fingerprint;  // over identity and ipc_limits, not over state
    tree identity;
    tree ipc_limits;
    tree state_begin;
    tree state_end;
    std::vector<host_warning> warnings;
};

template <class Visitor>
void visit_fields(Visitor& visit, environment_info& e) {
    visit("fingerprint", e.fingerprint);
    visit("identity", e.identity);
    visit("ipc_limits", e.ipc_limits);
    visit("state_begin", e.state_begin);
    visit("state_end", e.state_end);
    visit("warnings", e.warnings);
}

struct git_info {
    std::string revision;
    bool dirty = false;
};

template <class Visitor>
void visit_fields(Visitor& visit, git_info& g) {
    visit("revision", g.revision);
    visit("dirty", g.dirty);
}

struct build_facts {
    std::string version;
    std::string type;  // Release, Debug, ...
    bool optimised = true;
    std::string sanitizers;
    std::string compiler;
    std::string flags;
    tree libraries;  // version by name
    git_info git;
};

template <class Visitor>
void visit_fields(Visitor& visit, build_facts& b) {
    visit("version", b.version);
    visit("type", b.type);
    visit("optimised", b.optimised);
    visit("sanitizers", b.sanitizers);
    visit("compiler", b.compiler);
    visit("flags", b.flags);
    visit("libraries", b.libraries);
    visit("git", b.git);
}

/// How far apart the clocks of two CPUs can be, measured between two processes.
struct clock_offset_info {
    std::vector<int> cpus;  // the two
    std::string when;       // begin, end
    double low_ns = 0;
    double high_ns = 0;
    double uncertainty_ns = 0;
    bool consistent = true;
};

template <class Visitor>
void visit_fields(Visitor& visit, clock_offset_info& o) {
    visit("cpus", o.cpus);
    visit("when", o.when);
    visit("low_ns", o.low_ns);
    visit("high_ns", o.high_ns);
    visit("uncertainty_ns", o.uncertainty_ns);
    visit("consistent", o.consistent);
}

struct clock_info {
    std::string source;  // tsc, CLOCK_MONOTONIC_RAW
    double stamp_cost_ns = 0;
    std::optional<double> ticks_per_ns;
    std::optional<double> cross_cpu_offset_low_ns;
    std::optional<double> cross_cpu_offset_high_ns;
    std::optional<double> drift_ppm;  // length of a tick at the end against the start
    std::string reason;
    std::vector<clock_offset_info> offsets;
    std::optional<double> uncertainty_ns;  // the largest over offsets
    std::int64_t suspended_ns = 0;
    std::vector<std::string> faults;
    bool degraded = false;  // faults says why
};

template <class Visitor>
void visit_fields(Visitor& visit, clock_info& c) {
    visit("source", c.source);
    visit("stamp_cost_ns", c.stamp_cost_ns);
    visit("ticks_per_ns", c.ticks_per_ns);
    visit("cross_cpu_offset_low_ns", c.cross_cpu_offset_low_ns);
    visit("cross_cpu_offset_high_ns", c.cross_cpu_offset_high_ns);
    visit("drift_ppm", c.drift_ppm);
    visit("reason", c.reason);
    visit("offsets", c.offsets);
    visit("uncertainty_ns", c.uncertainty_ns);
    visit("suspended_ns", c.suspended_ns);
    visit("faults", c.faults);
    visit("degraded", c.degraded);
}

struct placement_info {
    placement name = placement::free;
    bool available = false;
    std::vector<int> cpus;  // by party; empty for free
    std::optional<std::string> reason;
};

template <class Visitor>
void visit_fields(Visitor& visit, placement_info& p) {
    visit("name", p.name);
    visit("available", p.available);
    visit("cpus", p.cpus);
    visit("reason", p.reason);
}

struct topology_info {
    std::vector<int> cpus;  // that this run could use
    std::vector<placement_info> placements;
};

template <class Visitor>
void visit_fields(Visitor& visit, topology_info& t) {
    visit("cpus", t.cpus);
    visit("placements", t.placements);
}

struct plan_info {
    std::string seed;  // decimal: JSON numbers lose 64-bit integers
    std::string seed_note;
    std::vector<std::string> argv;
    std::string profile;
    std::uint64_t rounds = 0;
    std::string order;
    std::int64_t repetition_ms = 0;
    touch reads = touch::rw;
    bool verify = true;
    std::uint64_t counting_repetitions = 0;
    std::uint64_t reruns = 0;
    std::int64_t idle_ms = 0;
    bool layout_randomisation = true;
    std::vector<std::string> filters;
    std::optional<std::string> unpinned;  // which cells at placement free; none: all
    std::size_t cells = 0;
    std::optional<double> time_budget_s;
    std::optional<std::string> budget_rule;
};

template <class Visitor>
void visit_fields(Visitor& visit, plan_info& p) {
    visit("seed", p.seed);
    visit("seed_note", p.seed_note);
    visit("argv", p.argv);
    visit("profile", p.profile);
    visit("rounds", p.rounds);
    visit("order", p.order);
    visit("repetition_ms", p.repetition_ms);
    visit("touch", p.reads);
    visit("verify", p.verify);
    visit("counting_repetitions", p.counting_repetitions);
    visit("reruns", p.reruns);
    visit("idle_ms", p.idle_ms);
    visit("layout_randomisation", p.layout_randomisation);
    visit("filters", p.filters);
    visit.when_there("unpinned", p.unpinned);
    visit("cells", p.cells);
    visit("time_budget_s", p.time_budget_s);
    visit("budget_rule", p.budget_rule);
}

struct run_info {
    std::string started;  // UTC, 2026-01-31T12:00:00Z
    double elapsed_s = 0;
    double measuring_s = 0;  // sum of the timed phases
    std::uint64_t repetitions = 0;
    std::optional<std::uint64_t> rounds_done;
    std::optional<std::string> touch_code;  // avx512f, avx2, plain: the vectors of touch=rw
};

template <class Visitor>
void visit_fields(Visitor& visit, run_info& r) {
    visit("started", r.started);
    visit("elapsed_s", r.elapsed_s);
    visit("measuring_s", r.measuring_s);
    visit("repetitions", r.repetitions);
    visit.when_there("rounds_done", r.rounds_done);
    visit.when_there("touch_code", r.touch_code);
}

/// Where a mechanism's code comes from that is not built into the program.
struct mechanism_code {
    std::string file;      // of the plug-in, or of the external mechanism's description
    std::string language;  // "C++" of a plug-in
    std::string adds;      // what an interpreter or virtual machine adds to each message
    std::string flags;     // that it was compiled with; empty: not told
    bool optimised = true;
};

template <class Visitor>
void visit_fields(Visitor& visit, mechanism_code& m) {
    visit("file", m.file);
    visit("language", m.language);
    visit("adds", m.adds);
    visit("flags", m.flags);
    visit("optimised", m.optimised);
}

/// A mechanism as the result keeps it; `facts` are transport_info's traits by their names.
struct mechanism_info {
    std::string name;
    std::string summary;
    std::string family;
    std::string reference;
    wait_style wait = wait_style::blocks;
    unsigned copies_per_message = 0;
    std::size_t payload_min_bytes = 0;
    std::size_t payload_max_bytes = 0;
    std::string role = "mechanism";  // or instrument
    tree facts;
    bool available = true;
    std::optional<std::string> reason;
    std::optional<mechanism_code> code;  // none: built in

    bool has(std::string_view trait) const {
        const tree* found = facts.find(trait);
        return found != nullptr && found->is_bool() && found->as_bool();
    }
};

template <class Visitor>
void visit_fields(Visitor& visit, mechanism_info& m) {
    visit("name", m.name);
    visit("summary", m.summary);
    visit("family", m.family);
    visit("reference", m.reference);
    visit("wait", m.wait);
    visit("copies_per_message", m.copies_per_message);
    visit("payload_min_bytes", m.payload_min_bytes);
    visit("payload_max_bytes", m.payload_max_bytes);
    visit("role", m.role);
    visit("traits", m.facts);
    visit("available", m.available);
    visit("reason", m.reason);
    visit.when_there("code", m.code);
}

/// A device that interrupted the CPUs in use.
struct interrupt_source {
    std::string device;
    double per_second = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, interrupt_source& i) {
    visit("device", i.device);
    visit("per_second", i.per_second);
}

/// How the machine was watched, and who else worked on it.
struct watch_info {
    gate_rule rule = gate_rule::relative;
    host_baseline baseline;
    std::vector<foreign_task> others;          // the busiest first
    std::vector<interrupt_source> interrupts;  // the busiest first
    std::vector<measuring_run> other_runs;     // ipcmarks that measured on the same CPUs meanwhile
};

template <class Visitor>
void visit_fields(Visitor& visit, watch_info& w) {
    visit("rule", w.rule);
    visit("baseline", w.baseline);
    visit("others", w.others);
    visit("interrupts", w.interrupts);
    visit("other_runs", w.other_runs);
}

/// All that is known before the first repetition, and completed at the end.
struct run_header {
    tree context;  // Google Benchmark's block
    environment_info environment;
    build_facts build;
    clock_info clock;
    topology_info topology;
    plan_info plan;
    run_info run;
    std::vector<mechanism_info> mechanisms;
    watch_info watch;
    tree calibration;  // what this machine can tell apart; null: not calibrated
};

template <class Visitor>
void visit_fields(Visitor& visit, run_header& h) {
    visit("context", h.context);
    visit("environment", h.environment);
    visit("build", h.build);
    visit("clock", h.clock);
    visit("topology", h.topology);
    visit("plan", h.plan);
    visit("run", h.run);
    visit("mechanisms", h.mechanisms);
    visit("watch", h.watch);
    visit("calibration", h.calibration);
}

}  // namespace ipcmark
