#include <fmt/format.h>
#include <map>

#include "reports/csv.hpp"
#include "reports/export/export_format.hpp"

namespace ipcmark {

namespace {

std::string rows_of(const named_result& of, const result_view& view) {
    std::map<std::string, std::string> heads;
    for (std::size_t i = 0; i < of.result.cells.size(); ++i) {
        const cell_result& cell = of.result.cells[i];
        heads[cell.name] =
            fmt::format("{},{},{},{},{},{},{}", csv_field(of.name), csv_field(cell.name),
                        to_word(cell.kind), csv_field(cell.mechanism), cell.payload_bytes,
                        to_word(cell.place), view.cells[i].lossy ? 1 : 0);
    }
    std::string text;
    for (const repetition_record& each : of.result.repetitions) {
        const auto head = heads.find(each.cell);
        if (head == heads.end() || !each.timed) continue;
        for (const auto& [key, value] : each.metrics)
            if (const metric* known = find_metric(key); known != nullptr && value)
                text += fmt::format("{},{},{},{},{},{},{}\n", head->second, each.timed->round,
                                    each.timed->attempt, each.is_disturbed() ? 1 : 0, key,
                                    known->unit, exact_text(*value));
    }
    return text;
}

}  // namespace

std::string export_csv(const view_model& model) {
    std::string text =
        "result,cell,pattern,mechanism,payload_bytes,placement,may_lose,round,try,disturbed,metric,"
        "unit,value\n";
    for (std::size_t i = 0; i < model.results.size(); ++i)
        text += rows_of(model.results[i], model.views[i]);
    return text;
}

}  // namespace ipcmark
