#include "harness/analysis/prediction.hpp"

#include <cmath>
#include <numeric>

namespace ipcmark {

namespace {

const recorded_figure* figure_in(const recorded_run& run, const past_series& series) {
    for (const recorded_cell& cell : run.cells)
        if (cell.name == series.cell && cell.reads == series.reads)
            if (const auto at = cell.figures.find(series.metric); at != cell.figures.end())
                return &at->second;
    return nullptr;
}

/// A figure and what it is decided from; no metric where it cannot be.
struct prediction_input {
    predicted_figure figure;
    predicted_series series;

    prediction_input(const recorded_run& run, past_series earlier, const ab_rule& margins) {
        const recorded_figure* now = figure_in(run, earlier);
        const gated_metric by = judged_metric(earlier, margins);
        if (now == nullptr || by.of == nullptr || !(now->median + by.least_change > 0)) return;
        const double sign = by.of->direction == better::higher ? -1 : 1;
        series.margin = by.margin;
        series.now = sign * std::log(now->median + by.least_change);
        for (const double each : earlier.figures)
            if (each + by.least_change > 0)
                series.earlier.push_back(sign * std::log(each + by.least_change));
        if (series.earlier.size() < fewest_earlier_runs) return;
        const double sum = std::accumulate(series.earlier.begin(), series.earlier.end(), 0.0);
        figure.before =
            std::exp(sign * sum / static_cast<double>(series.earlier.size())) - by.least_change;
        figure.now = now->median;
        figure.by = by;
        figure.of = std::move(earlier);
    }
};

void take_estimate(predicted_figure& figure, const change_estimate& seen) {
    const bool higher = figure.by.of->direction == better::higher;
    figure.seen = seen;
    figure.ratio = higher ? 1 / seen.ratio : seen.ratio;
    if (!seen.low || !seen.high) return;
    figure.low = higher ? 1 / *seen.high : *seen.low;
    figure.high = higher ? 1 / *seen.low : *seen.high;
}

}  // namespace

std::vector<predicted_figure> judge_by_history(const recorded_run& run,
                                               std::vector<past_series> earlier,
                                               const ab_rule& margins, double level) {
    std::vector<prediction_input> inputs;
    for (past_series& each : earlier) {
        prediction_input one(run, std::move(each), margins);
        if (one.figure.by.of != nullptr) inputs.push_back(std::move(one));
    }
    std::vector<predicted_figure> judged;
    for (const gate_role role : {gate_role::primary, gate_role::secondary}) {
        std::vector<predicted_series> family;
        const std::size_t first = judged.size();
        for (prediction_input& each : inputs)
            if (each.figure.by.role == role) {
                family.push_back(std::move(each.series));
                judged.push_back(each.figure);
            }
        const auto seen = decide_predicted(family, {level});
        for (std::size_t i = 0; i < seen.size(); ++i)
            take_estimate(judged[first + i], seen[i]);
    }
    return judged;
}

}  // namespace ipcmark
