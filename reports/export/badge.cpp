#include <stdexcept>

#include "harness/base/json_text.hpp"
#include "harness/base/sizes.hpp"
#include "reports/export/export_format.hpp"
#include "reports/view/figure_text.hpp"

namespace ipcmark {

/// --filter says which cell; without it the result's first.
std::string export_badge(const view_model& model) {
    for (const cell_result& cell : model.results.front().result.cells) {
        const pattern_info& kind = pattern_of(cell.kind);
        const metric_summary* main = cell.find(kind.main_metric);
        const auto text = main == nullptr ? std::nullopt : median_text(main);
        if (cell.ended != status::ok || !text || cell.mechanism == instrument_name) continue;
        std::string label = cell.mechanism + " " + std::string(kind.title);
        if (cell.payload_bytes > 0) label += ", " + payload_text(cell.payload_bytes);
        return json_text({{"schemaVersion", 1},
                          {"label", label},
                          {"message", *text + spread_text(*main)},
                          {"color", "blue"}},
                         1) +
               "\n";
    }
    throw std::invalid_argument("no cell has the main figure of its pattern");
}

}  // namespace ipcmark
