#include "harness/result/record.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "harness/result/json_values.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

constexpr std::array<std::string_view, 4> purpose_words{"verify", "timed", "counting", "idle"};

ordered_json failure_to_json(const failure& failed) {
    return {{"status", to_word(failed.ended)},
            {"code", failed.code},
            {"stage", failed.stage.empty() ? ordered_json(nullptr) : ordered_json(failed.stage)},
            {"text", failed.text}};
}

}  // namespace

ordered_json to_json(const spawn_record& record) {
    ordered_json line{
        {"cell", record.cell_name},
        {"purpose", purpose_words[static_cast<std::size_t>(record.purpose)]},
        {"failed", record.failed ? failure_to_json(*record.failed) : ordered_json(nullptr)},
        {"metrics", ordered_json::object()},
        {"entry", record.entry},
        {"latency_buckets", record.latency_buckets}};
    for (const auto& [key, value] : record.metrics)
        line["metrics"][key] = or_null(value);
    return line;
}

spawn_record spawn_record_from_json(const ordered_json& line) {
    spawn_record record;
    line.at("cell").get_to(record.cell_name);
    const auto word = line.at("purpose").get<std::string>();
    const auto at = std::find(purpose_words.begin(), purpose_words.end(), word);
    if (at == purpose_words.end()) throw std::runtime_error("unknown purpose '" + word + "'");
    record.purpose = static_cast<spawn_purpose>(at - purpose_words.begin());
    if (const auto& f = line.at("failed"); !f.is_null())
        record.failed =
            failure{from_word<status>(f.at("status").get<std::string>()).value(), f.at("code"),
                    f.at("stage").is_null() ? "" : f.at("stage").get<std::string>(), f.at("text")};
    for (const auto& [key, value] : line.at("metrics").items())
        record.metrics[key] = value.is_null() ? std::nullopt : std::optional(value.get<double>());
    record.entry = line.at("entry");
    line.at("latency_buckets").get_to(record.latency_buckets);
    return record;
}

std::string dump_document(const ordered_json& document) {
    return document.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace ipcmark
