#include "harness/analysis/repetition_figures.hpp"

#include <cmath>

namespace ipcmark {

repetition_figures::repetition_figures(const run_result& result) {
    std::map<std::string, bool> leaves_out_disturbed;
    for (const auto& cell : result.cells)
        leaves_out_disturbed[cell.name] = cell.repetitions_excluded > 0;
    for (const auto& record : result.repetitions)
        if (!(leaves_out_disturbed[record.cell] && record.is_disturbed()))
            by_cell_[record.cell].push_back(&record);
}

template <class Counts>
std::vector<double> repetition_figures::of(const std::string& cell, std::string_view metric,
                                           Counts counts) const {
    const auto at = by_cell_.find(cell);
    if (at == by_cell_.end()) return {};
    const std::string key(metric);
    std::vector<double> figures;
    for (const repetition_record* record : at->second)
        if (const auto figure = record->metrics.find(key);
            figure != record->metrics.end() && figure->second && counts(*record))
            figures.push_back(*figure->second);
    return figures;
}

std::vector<double> repetition_figures::of(const std::string& cell, std::string_view metric) const {
    return of(cell, metric, [](const repetition_record&) { return true; });
}

std::vector<double> repetition_figures::undisturbed_of(const std::string& cell,
                                                       std::string_view metric) const {
    return of(cell, metric, [](const repetition_record& each) {
        return each.timed && each.timed->how && !each.is_disturbed();
    });
}

std::vector<double> adverse_logs(const std::vector<double>& figures, bool higher_is_better) {
    std::vector<double> logs;
    for (const double figure : figures)
        if (figure > 0) logs.push_back((higher_is_better ? -1 : 1) * std::log(figure));
    return logs;
}

}  // namespace ipcmark
