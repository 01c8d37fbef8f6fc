#include "reports/view/view_model.hpp"

#include <filesystem>
#include <numeric>
#include <set>

#include "harness/analysis/latency_distribution.hpp"
#include "harness/analysis/pooled_percentiles.hpp"
#include "reports/view/parts.hpp"
#include "reports/view/stacks.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

std::vector<std::uint64_t> steps_of(const std::vector<std::uint64_t>& rising) {
    std::vector<std::uint64_t> steps(rising.size());
    std::adjacent_difference(rising.begin(), rising.end(), steps.begin());
    return steps;
}

std::optional<distribution_view> distribution_view_of(const cell_result& cell) {
    if (cell.kind != pattern::round_trip) return std::nullopt;
    const auto of = distribution_of(cell);
    if (!of) return std::nullopt;
    return distribution_view{steps_of(of->bins), of->supported, of->mean_ns, of->deviation_ns,
                             of->greatest_ns};
}

std::vector<cell_view> cell_views(const run_result& result, const std::vector<group_view>& groups) {
    auto repetitions = repetitions_views(result, groups);
    const repetition_figures figures(result);
    std::vector<cell_view> views;
    for (const auto& cell : result.cells)
        views.push_back({std::string(absence_of(cell)), waiting_of(result, cell),
                         cell.ended == status::ok && is_lossy(result, cell),
                         doubt_sentence(figures, cell), pooled_percentiles(cell),
                         distribution_view_of(cell), stacks_of(cell),
                         std::move(repetitions[views.size()])});
    return views;
}

result_view view_of(const named_result& of) {
    const run_result& result = of.result;
    auto groups = group_views(result);
    auto cells = cell_views(result, groups);
    result_view view{.name = of.name,
                     .host = host_line(result),
                     .trust = trust_sentences(result),
                     .verdict = verdict_sentence(result),
                     .measured = measured_sentence(result),
                     .closing = {},
                     .detectable = detectable_differences(result),
                     .notices = notices_of(result),
                     .groups = std::move(groups),
                     .cells = std::move(cells),
                     .loads = load_views(result),
                     .equal_costs = equal_costs_of(result),
                     .problems = problems_of(result),
                     .unavailable = unavailable_mechanisms(result),
                     .partial = partial_cells(result),
                     .party_tables = {}};
    if (auto tables = party_tables(result); !tables.empty()) view.party_tables = std::move(tables);
    view.closing = closing_lines(result, view);
    return view;
}

/// Without their folders, where that leaves them different.
void shorten_names(std::vector<named_result>& results) {
    std::set<std::string> names;
    for (const auto& each : results)
        names.insert(std::filesystem::path(each.name).filename());
    if (names.size() < results.size() || names.contains("")) return;
    for (auto& each : results)
        each.name = std::filesystem::path(each.name).filename();
}

}  // namespace

view_model view_of(std::vector<named_result> results) {
    view_model model;
    model.results = std::move(results);
    shorten_names(model.results);
    for (const auto& each : model.results)
        model.views.push_back(view_of(each));
    model.comparisons = comparison_views(model.results);
    return model;
}

}  // namespace ipcmark
