#include "reports/csv.hpp"

#include <fmt/format.h>
#include <map>
#include <optional>

namespace ipcmark {

namespace {

constexpr const char* line_end = "\r\n";

std::string number(const std::optional<double>& value) {
    return value ? fmt::format("{}", *value) : "";
}

std::string head_of(const cell_result& cell, const cell_view& view) {
    std::string flags;
    for (const auto& flag : cell.flags)
        flags += (flags.empty() ? "" : " ") + flag;
    const auto& parameter = cell.parameter;
    return csv_field(cell.name) + "," + std::string(to_word(cell.kind)) + "," +
           csv_field(cell.mechanism) + "," + std::to_string(cell.payload_bytes) + "," +
           std::string(to_word(cell.place)) + "," + std::string(to_word(cell.reads)) + "," +
           (parameter ? csv_field(parameter->name) : "") + "," +
           (parameter ? number(parameter->value) : "") + "," + std::string(to_word(cell.ended)) +
           "," + (cell.why ? csv_field(cell.why->text) : "") + "," +
           std::to_string(cell.repetitions_ok) + "," + std::string(to_word(view.waits)) + "," +
           (view.lossy ? "yes" : "no") + "," + csv_field(flags);
}

/// Where each cell stands, by metric; empty for what is not ranked.
class standing_index {
public:
    explicit standing_index(const result_view& view) {
        for (const auto& group : view.groups)
            for (const auto& column : group.columns)
                for (std::size_t i = 0; i < group.cells.size(); ++i)
                    known_[{group.cells[i], column.metric}] = column.standings[i];
    }

    std::string word(std::size_t cell, const std::string& metric) const {
        const auto at = known_.find({cell, metric});
        if (at == known_.end() || at->second == standing::none) return {};
        return std::string(to_word(at->second));
    }

private:
    std::map<std::pair<std::size_t, std::string>, standing> known_;
};

std::string rows_of(const run_result& result, const result_view& view, const std::string& prefix) {
    const standing_index standings(view);
    std::string text;
    for (std::size_t i = 0; i < result.cells.size(); ++i) {
        const auto& cell = result.cells[i];
        const auto head = prefix + head_of(cell, view.cells[i]);
        // Nothing: a pair.
        const std::string tail =
            cell.parties ? "," + csv_field(cell.parties->text) + "," + cell.parties->topology
                         : ",,";
        if (cell.summary.empty()) text += head + ",,,,,,,,,," + tail + line_end;
        for (const auto& [metric, figures] : cell.summary) {
            text += head + "," + csv_field(metric) + "," + csv_field(figures.unit);
            for (const auto& value : {figures.median, figures.low, figures.high, figures.min,
                                      figures.max, figures.level})
                text += "," + number(value);
            text += std::string(",") + (figures.pooled.value_or(false) ? "yes" : "no") + "," +
                    standings.word(i, metric) + tail + line_end;
        }
    }
    return text;
}

}  // namespace

std::string csv_field(const std::string& text) {
    std::string safe = text;
    if (!safe.empty() && std::string("=+-@\t\r").find(safe[0]) != std::string::npos)
        safe.insert(0, "'");
    if (safe.find_first_of(",\"\n\r") == std::string::npos) return safe;
    std::string quoted = "\"";
    for (const char c : safe) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string render_csv(const view_model& model) {
    const bool several = model.views.size() > 1;
    std::string text = several ? "result," : "";
    text +=
        "cell,pattern,mechanism,payload_bytes,placement,touch,parameter,parameter_value,status,"
        "reason,repetitions,waits,lossy,flags,metric,unit,median,low,high,min,max,level,pooled,"
        "standing,parties,topology";
    text += line_end;
    for (std::size_t i = 0; i < model.views.size(); ++i)
        text += rows_of(model.results[i].result, model.views[i],
                        several ? csv_field(model.views[i].name) + "," : "");
    return text;
}

}  // namespace ipcmark
