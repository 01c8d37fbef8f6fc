#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/fields.hpp"
#include "harness/result/ab_result.hpp"
#include "harness/result/run_result.hpp"

/// What a history keeps of a run, as plain data.
namespace ipcmark {

struct recorded_figure {
    double median = 0;
    std::optional<double> low;
    std::optional<double> high;
    std::uint64_t n = 0;           // repetitions
    std::optional<double> golden;  // the golden build's, measured along
};

template <class Visitor>
void visit_fields(Visitor& visit, recorded_figure& f) {
    visit("median", f.median);
    visit.when_there("low", f.low);
    visit.when_there("high", f.high);
    visit("n", f.n);
    visit.when_there("golden", f.golden);
}

struct recorded_cell {
    std::string name;
    pattern kind = pattern::round_trip;
    touch reads = touch::rw;
    std::map<std::string, recorded_figure> figures;  // by metric
};

template <class Visitor>
void visit_fields(Visitor& visit, recorded_cell& c) {
    visit("name", c.name);
    visit("pattern", c.kind);
    visit("touch", c.reads);
    visit("figures", c.figures);
}

struct recorded_build {
    std::string version;
    std::string type;
    std::string compiler;
    std::string flags;
    std::string revision;
    bool dirty = false;
    std::string digest;  // of the bytes of program and plug-ins, of a variant

    friend bool operator==(const recorded_build&, const recorded_build&) = default;
};

template <class Visitor>
void visit_fields(Visitor& visit, recorded_build& b) {
    visit("version", b.version);
    visit("type", b.type);
    visit("compiler", b.compiler);
    visit("flags", b.flags);
    visit("revision", b.revision);
    visit("dirty", b.dirty);
    visit("digest", b.digest);
}

struct recorded_run {
    std::string identity;  // the same for the same run, whatever its file is called
    std::string started;   // UTC
    std::string file;
    std::string host;
    std::string profile;
    bool complete = true;
    std::string fingerprint;
    tree facts;  // what the fingerprint is made of
    recorded_build build;
    std::optional<recorded_build> golden;  // the build that figures are held against
    std::vector<recorded_cell> cells;
};

template <class Visitor>
void visit_fields(Visitor& visit, recorded_run& r) {
    visit("identity", r.identity);
    visit("started", r.started);
    visit("file", r.file);
    visit("host", r.host);
    visit("profile", r.profile);
    visit("complete", r.complete);
    visit("fingerprint", r.fingerprint);
    visit("facts", r.facts);
    visit("build", r.build);
    visit.when_there("golden", r.golden);
    visit("cells", r.cells);
}

/// The metrics that `ab` decides and warns by, of every cell that ended ok and lost nothing.
recorded_run recorded_of(const run_result& result, const std::string& file);

/// B, held against A pair by pair: A is the golden build.
recorded_run recorded_of(const ab_result& compared, const std::string& file);

/// Holds the run against another one measured beside it. How many of its cells that has.
std::size_t hold_against(recorded_run& run, const run_result& golden);

}  // namespace ipcmark
