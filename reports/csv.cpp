#include "reports/csv.hpp"

#include <array>
#include <initializer_list>

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

constexpr const char* line_end = "\r\n";

constexpr std::array<const char*, 7> figure_fields{"unit", "median", "low",  "high",
                                                   "min",  "max",    "level"};

std::string field(const ordered_json& value) {
    if (value.is_null()) return {};
    if (value.is_string()) return csv_field(value.get<std::string>());
    return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string member(const ordered_json& object, const char* key) {
    const auto at = object.find(key);
    return at == object.end() ? std::string() : field(*at);
}

std::string head_of(const ordered_json& cell) {
    std::string text;
    for (const char* key : {"name", "pattern", "transport", "payload_bytes", "placement", "touch"})
        text += member(cell, key) + ",";
    const auto parameter = cell.find("parameter");
    const bool has = parameter != cell.end() && parameter->is_object();
    text += (has ? member(*parameter, "name") : "") + ",";
    text += (has ? member(*parameter, "value") : "") + ",";
    text += member(cell, "status") + ",";
    const auto& reason = cell.at("reason");
    text += (reason.is_object() ? member(reason, "text") : "") + ",";
    return text + member(cell, "spawns_ok");
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

std::string render_csv(const std::vector<ordered_json>& results) {
    const bool several = results.size() > 1;
    std::string text = several ? "result," : "";
    text +=
        "cell,pattern,mechanism,payload_bytes,placement,touch,parameter,parameter_value,status,"
        "reason,spawns,metric,unit,median,low,high,min,max,level";
    text += line_end;
    for (std::size_t i = 0; i < results.size(); ++i) {
        const std::string number = several ? std::to_string(i + 1) + "," : "";
        for (const auto& cell : results[i].at("cells")) {
            const auto head = number + head_of(cell);
            const auto& summary = cell.at("summary");
            if (summary.empty()) text += head + ",,,,,,,," + line_end;
            for (const auto& [metric, figure] : summary.items()) {
                text += head + "," + csv_field(metric);
                for (const char* key : figure_fields)
                    text += "," + member(figure, key);
                text += line_end;
            }
        }
    }
    return text;
}

}  // namespace ipcmark
