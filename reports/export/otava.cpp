#include <map>
#include <set>

#include "reports/csv.hpp"
#include "reports/export/export_format.hpp"

namespace ipcmark {

/// A row a result, in the order given: time, commit, and a column for each figure that any has.
std::string export_otava(const view_model& model) {
    std::vector<std::map<std::string, std::string>> rows;
    std::set<std::string> columns;
    for (const named_result& each : model.results) {
        auto& row = rows.emplace_back();
        for (const auto& [cell, of, figures] : exported_figures(each.result)) {
            const std::string column = cell.name + ":" + std::string(of.key);
            row[column] = exact_text(*figures.median);
            columns.insert(column);
        }
    }
    std::string text = "time,commit";
    for (const auto& column : columns)
        text += "," + csv_field(column);
    text += "\n";
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const run_header& header = model.results[i].result.header;
        text += csv_field(header.run.started) + "," + csv_field(header.build.git.revision);
        for (const auto& column : columns)
            text += "," + rows[i][column];
        text += "\n";
    }
    return text;
}

}  // namespace ipcmark
