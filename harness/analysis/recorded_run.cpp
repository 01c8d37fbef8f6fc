#include "harness/analysis/recorded_run.hpp"

#include <cmath>
#include <fmt/format.h>

#include "harness/analysis/ab_judgement.hpp"
#include "harness/analysis/standings.hpp"

namespace ipcmark {

namespace {

recorded_build build_recorded(const build_facts& build) {
    return {build.version,   build.type, build.compiler, build.flags, build.git.revision,
            build.git.dirty, {}};
}

recorded_build side_recorded(const ab_result& compared, std::size_t side) {
    recorded_build build = build_recorded(compared.results[side].header.build);
    build.revision = compared.variants[side].revision.value_or(build.revision);
    build.digest = compared.variants[side].digest.value_or("");
    return build;
}

/// Pooled figures have no repetitions that an interval could rest on.
std::optional<recorded_figure> figure_recorded(const cell_result& cell, std::string_view metric) {
    const metric_summary* figures = cell.find(metric);
    if (figures == nullptr || figures->pooled || !figures->median ||
        !std::isfinite(*figures->median))
        return std::nullopt;
    return recorded_figure{*figures->median, figures->low, figures->high, figures->n, {}};
}

const cell_result* cell_of(const run_result& result, const recorded_cell& like,
                           const std::string& name) {
    for (const cell_result& each : result.cells)
        if (each.name == name && each.reads == like.reads) return &each;
    return nullptr;
}

bool take_golden(recorded_cell& cell, const cell_result* golden) {
    bool any = false;
    for (auto& [metric, figure] : cell.figures) {
        figure.golden.reset();
        if (golden == nullptr || golden->ended != status::ok) continue;
        if (const auto other = figure_recorded(*golden, metric)) {
            figure.golden = other->median;
            any = true;
        }
    }
    return any;
}

}  // namespace

recorded_run recorded_of(const run_result& result, const std::string& file) {
    const run_header& header = result.header;
    recorded_run run;
    run.identity = fmt::format("{} {} {} {}", header.run.started, header.plan.seed,
                               header.run.elapsed_s, header.environment.fingerprint);
    run.started = header.run.started;
    run.file = file;
    if (const tree* host = header.context.find("host_name"); host != nullptr && host->is_text())
        run.host = host->as_text();
    run.profile = header.plan.profile;
    run.complete = result.complete;
    run.fingerprint = header.environment.fingerprint;
    run.facts = {{"identity", header.environment.identity},
                 {"ipc_limits", header.environment.ipc_limits}};
    run.build = build_recorded(header.build);
    for (const cell_result& cell : result.cells) {
        if (cell.ended != status::ok || cell.mechanism == instrument_name || is_lossy(result, cell))
            continue;
        recorded_cell kept{cell.name, cell.kind, cell.reads, {}};
        for (const gated_metric& by : gated_metrics(cell.kind, {}))
            if (const auto figure = figure_recorded(cell, by.of->key))
                kept.figures.emplace(by.of->key, *figure);
        if (!kept.figures.empty()) run.cells.push_back(std::move(kept));
    }
    return run;
}

recorded_run recorded_of(const ab_result& compared, const std::string& file) {
    recorded_run run = recorded_of(compared.results[1], file);
    run.complete = compared.complete;
    run.build = side_recorded(compared, 1);
    run.golden = side_recorded(compared, 0);
    std::map<std::string, std::string> golden_names;
    for (const ab_pair& each : compared.pairs)
        golden_names[each.b] = each.a;
    for (recorded_cell& cell : run.cells)
        if (const auto at = golden_names.find(cell.name); at != golden_names.end())
            take_golden(cell, cell_of(compared.results[0], cell, at->second));
    return run;
}

std::size_t hold_against(recorded_run& run, const run_result& golden) {
    run.golden = build_recorded(golden.header.build);
    std::size_t held = 0;
    for (recorded_cell& cell : run.cells)
        held += take_golden(cell, cell_of(golden, cell, cell.name)) ? 1 : 0;
    return held;
}

}  // namespace ipcmark
