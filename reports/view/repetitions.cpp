#include <algorithm>
#include <map>

#include "harness/result/metrics.hpp"
#include "reports/view/parts.hpp"

namespace ipcmark {

namespace {

using cell_repetitions = std::vector<const repetition_record*>;

std::optional<double> figure_of(const repetition_record& repetition, std::string_view metric) {
    const auto at = repetition.metrics.find(std::string(metric));
    return at == repetition.metrics.end() ? std::nullopt : at->second;
}

/// The main metric, or the first that single repetitions have.
std::string compared_metric(const cell_repetitions& own, const std::string& main) {
    const auto has = [&own](std::string_view metric) {
        return std::any_of(own.begin(), own.end(), [metric](const repetition_record* each) {
            return figure_of(*each, metric).has_value();
        });
    };
    if (has(main)) return main;
    for (const metric& each : reported_metrics())
        if (has(each.key)) return std::string(each.key);
    return {};
}

std::vector<std::optional<double>> to_median(const cell_repetitions& own, const cell_result& cell,
                                             const std::string& metric) {
    const auto median = cell.median(metric);
    std::vector<std::optional<double>> ratios;
    for (const auto* each : own) {
        const auto figure = figure_of(*each, metric);
        const bool is_comparable = median && *median > 0 && figure && *figure > 0;
        ratios.push_back(is_comparable ? std::optional(four_digits(*figure / *median))
                                       : std::nullopt);
    }
    return ratios;
}

/// The reasons as the gate gave them; empty where it gave none for its verdict.
std::string disturbance_text(const timed_facts& of) {
    if (!of.noise) return {};
    if (of.how == quality::quiet) return "nothing";
    std::string text;
    for (std::string reason : of.noise->reasons) {
        std::replace(reason.begin(), reason.end(), '_', ' ');
        text += (text.empty() ? "" : "; ") + reason;
    }
    return text;
}

}  // namespace

std::vector<std::optional<repetitions_view>> repetitions_views(
    const run_result& result, const std::vector<group_view>& groups) {
    std::map<std::string, cell_repetitions> by_cell;
    for (const auto& each : result.repetitions)
        if (each.timed) by_cell[each.cell].push_back(&each);
    std::vector<std::optional<repetitions_view>> views(result.cells.size());
    for (const auto& group : groups)
        for (const std::size_t i : group.cells) {
            const auto& cell = result.cells[i];
            const auto own = by_cell.find(cell.name);
            if (cell.ended != status::ok || own == by_cell.end()) continue;
            repetitions_view view;
            view.metric = compared_metric(own->second, group.main_metric);
            view.to_median = to_median(own->second, cell, view.metric);
            for (const auto* each : own->second)
                view.disturbed_by.push_back(disturbance_text(*each->timed));
            views[i] = std::move(view);
        }
    return views;
}

}  // namespace ipcmark
