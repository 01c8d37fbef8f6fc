#include "harness/analysis/best_ratios.hpp"

namespace ipcmark {

namespace {

std::optional<double> compared_figure(const run_result& result, const cell_result& cell,
                                      const metric& by) {
    if (by.direction == better::neither || cell.ended != status::ok ||
        cell.mechanism == instrument_name || cell.saturated.value_or(false) ||
        is_lossy(result, cell))
        return std::nullopt;
    return cell.median(by.key);
}

std::optional<double> ratio_between(const metric& by, double figure, double best) {
    if (by.unit == "1/message") return (1 + figure) / (1 + best);
    const bool higher = by.direction == better::higher;
    const double worse = higher ? best : figure;
    const double base = higher ? figure : best;
    if (worse == base) return 1;
    if (base <= 0) return std::nullopt;
    return worse / base;
}

}  // namespace

std::vector<std::optional<double>> ratios_to_best(const run_result& result, const cell_group& group,
                                                  const metric& by) {
    std::vector<std::optional<double>> ratios(group.cells.size());
    std::optional<double> best;
    for (std::size_t i = 0; i < ratios.size(); ++i) {
        const auto figure = ratios[i] = compared_figure(result, result.cells[group.cells[i]], by);
        const bool leads =
            figure &&
            (!best || (by.direction == better::higher ? *figure > *best : *figure < *best));
        if (leads) best = figure;
    }
    for (auto& each : ratios)
        if (each) each = ratio_between(by, *each, *best);
    return ratios;
}

}  // namespace ipcmark
