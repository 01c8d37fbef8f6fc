#pragma once

#include <cstddef>
#include <vector>

#include "harness/analysis/recorded_run.hpp"
#include "harness/analysis/trend.hpp"

/// One run judged by how earlier ones differ from each other.
namespace ipcmark {

/// Fewer earlier runs do not show how far two runs differ.
inline constexpr std::size_t fewest_earlier_runs = 8;

struct predicted_figure {
    past_series of;  // the earlier figures
    gated_metric by;
    double before = 0;  // geometric mean of the earlier ones
    double now = 0;
    double ratio = 1;  // now over before, as the figures read
    std::optional<double> low;
    std::optional<double> high;
    change_estimate seen;
};

/// The earlier ones have figures of comparable runs alone. Every series of at least
/// fewest_earlier_runs figures that the run has, too; primary and secondary metrics are a family
/// each, decided at `level`.
std::vector<predicted_figure> judge_by_history(const recorded_run& run,
                                               std::vector<past_series> earlier,
                                               const ab_rule& margins, double level = 0.01);

}  // namespace ipcmark
