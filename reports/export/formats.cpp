#include <array>
#include <fmt/format.h>

#include "reports/export/export_format.hpp"

namespace ipcmark {

std::span<const export_format> export_formats() {
    static constexpr std::array formats{
        export_format{"gbench", "Google Benchmark's JSON with one entry a cell", false,
                      &export_gbench},
        export_format{"github-action-benchmark-smaller",
                      "github-action-benchmark, tool customSmallerIsBetter", false,
                      &export_smaller_is_better},
        export_format{"github-action-benchmark-bigger",
                      "github-action-benchmark, tool customBiggerIsBetter", false,
                      &export_bigger_is_better},
        export_format{"bmf", "Bencher, adapter json (Bencher Metric Format)", false, &export_bmf},
        export_format{"otava", "Apache Otava's CSV: a row a result", true, &export_otava},
        export_format{"hgrm", "HdrHistogram's plotters: the latencies of a cell", false,
                      &export_hgrm},
        export_format{"csv", "spreadsheets: a row for each repetition and metric", true,
                      &export_csv},
        export_format{"junit", "CI: a test case a cell", false, &export_junit},
        export_format{"openmetrics", "Prometheus: node_exporter's textfile collector", false,
                      &export_openmetrics},
        export_format{"badge", "shields.io's endpoint: the first cell's main figure", false,
                      &export_badge},
    };
    return formats;
}

std::vector<exported_figure> exported_figures(const run_result& result) {
    std::vector<exported_figure> all;
    for (const cell_result& cell : result.cells) {
        if (cell.ended != status::ok) continue;
        for (const auto& [key, figures] : cell.summary) {
            const metric* of = find_metric(key);
            const bool wanted = of != nullptr && figures.median &&
                                ((of->margin > 0 && of->direction != better::neither) ||
                                 of->key == "lost_share" || of->key == "switches_per_message");
            if (wanted) all.push_back({cell, *of, figures});
        }
    }
    return all;
}

std::string exact_text(double value) {
    return fmt::format("{}", value);
}

}  // namespace ipcmark
