#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/result/metrics.hpp"
#include "reports/view/view_model.hpp"

/// Results in the forms that other tools read: one file a format here, one row in formats.cpp.
namespace ipcmark {

/// One that another program reads.
struct export_format {
    std::string_view word;  // of the command line
    std::string_view tool;  // who reads it
    bool takes_several;     // results, one after the other; else one
    /// Throws std::invalid_argument where the results have nothing that it could hold.
    std::string (*render)(const view_model& model);
};

std::span<const export_format> export_formats();

/// A figure that comparisons look at, with where it stands: what most formats hold.
struct exported_figure {
    const cell_result& cell;
    const metric& of;
    const metric_summary& figures;
};

/// Of the cells with figures, in the result's order, those of metrics that have a direction and a
/// margin, and the loss.
std::vector<exported_figure> exported_figures(const run_result& result);

/// As many digits as tell the value again.
std::string exact_text(double value);

// The renderers, each in its file.
std::string export_gbench(const view_model& model);
std::string export_smaller_is_better(const view_model& model);
std::string export_bigger_is_better(const view_model& model);
std::string export_bmf(const view_model& model);
std::string export_otava(const view_model& model);
std::string export_hgrm(const view_model& model);
std::string export_csv(const view_model& model);
std::string export_junit(const view_model& model);
std::string export_openmetrics(const view_model& model);
std::string export_badge(const view_model& model);

}  // namespace ipcmark
