#include "harness/analysis/floor_ratios.hpp"

#include <algorithm>
#include <map>

#include "harness/result/json_values.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

ordered_json summary_of(const floor_log::series& from) {
    std::vector<double> figures;
    for (const auto& [round, figure] : from.samples)
        figures.push_back(figure);
    return summary_block(figures, "samples", from.unit, from.unit == "ns" ? "lower" : "higher",
                         "floor probe");
}

/// A cell's limit: what it is, and which summary of the cell is held against it.
struct limit {
    std::string floor;
    const char* metric = nullptr;
    double factor = 1;  // round trips in one figure of the floor
    std::string why;
};

std::optional<limit> limit_of(const ordered_json& cell, const std::string& wait) {
    constexpr std::size_t bandwidth_from_bytes = 4096;
    if (cell.at("pattern") == "round_trip") {
        if (wait != "blocks")
            return limit{"line_round_trip", "p50_ns", 1,
                         "a polling exchange moves a cache line there and back"};
        if (cell.at("placement") == "same_cpu")
            return limit{
                "same_cpu_switch", "p50_ns", 2,
                "a sleeping exchange on one CPU takes a context switch there and one back"};
        return limit{"futex_wake", "p50_ns", 2,
                     "a sleeping exchange takes a wake-up there and one back"};
    }
    if (cell.at("payload_bytes").get<std::size_t>() < bandwidth_from_bytes) return std::nullopt;
    return limit{"memcpy", "bytes_per_second", 1, "each byte is at least copied once"};
}

const ordered_json* find_floor(const ordered_json& floors, const limit& wanted,
                               const ordered_json& cell) {
    for (const auto& floor : floors) {
        const bool here =
            floor.at("placement").is_null() || floor.at("placement") == cell.at("placement");
        const bool this_size = floor.at("block_bytes").is_null() ||
                               floor.at("block_bytes") == cell.at("payload_bytes");
        if (floor.at("name") == wanted.floor && here && this_size) return &floor;
    }
    return nullptr;
}

double number_or(const ordered_json& value, double otherwise) {
    return value.is_number() ? value.get<double>() : otherwise;
}

/// The cost ratio of a figure of the cell to the floor's median.
ordered_json ratio_block(const ordered_json& figures, double floor, bool is_rate) {
    const auto ratio = [&](const char* key) {
        const ordered_json& value = figures.at(key);
        if (!value.is_number() || value.get<double>() <= 0) return ordered_json(nullptr);
        const double cost = value.get<double>() / floor;
        return ordered_json(is_rate ? 1 / cost : cost);
    };
    ordered_json block = figures;
    block["median"] = ratio("median");
    block["low"] = ratio(is_rate ? "high" : "low");
    block["high"] = ratio(is_rate ? "low" : "high");
    block["min"] = ratio(is_rate ? "max" : "min");
    block["max"] = ratio(is_rate ? "min" : "max");
    block["unit"] = "1";
    block["better"] = "lower";
    block["source"] = "over the floor's median";
    return block;
}

void add_floor_ratio(ordered_json& cell, const ordered_json& floors, const std::string& wait) {
    const auto wanted = limit_of(cell, wait);
    if (!wanted || !cell.at("summary").contains(wanted->metric)) return;
    const ordered_json* floor = find_floor(floors, *wanted, cell);
    if (floor == nullptr) return;
    const ordered_json& figures = floor->at("summary");
    const bool is_rate = floor->at("unit") != "ns";
    const double value = figures.at("median").get<double>() * wanted->factor;
    cell["floor"] = {{"name", wanted->floor},
                     {"value", value},
                     {"unit", floor->at("unit")},
                     {"why", wanted->why}};
    const ordered_json block = ratio_block(cell["summary"][wanted->metric], value, is_rate);
    cell["summary"]["ratio_to_floor"] = block;
    // The most favourable floor seen, so that its own drift convicts nobody.
    const double best = figures.at(is_rate ? "max" : "min").get<double>() * wanted->factor / value;
    const double worst_ratio = number_or(block.at("high"), 1);
    if (worst_ratio < (is_rate ? 1 / best : best)) cell["flags"].push_back("beats_floor");
}

}  // namespace

std::string beaten_floors(const ordered_json& document) {
    std::string names;
    for (const auto& cell : document.at("cells"))
        for (const auto& flag : cell.at("flags"))
            if (flag == "beats_floor")
                names += (names.empty() ? "" : ", ") + cell.at("name").get<std::string>() + " (" +
                         cell.at("floor").at("name").get<std::string>() + ')';
    return names;
}

ordered_json floors_block(const floor_log& log) {
    ordered_json blocks = ordered_json::array();
    for (const floor_log::series& each : log.all()) {
        ordered_json samples = ordered_json::array();
        for (const auto& [round, figure] : each.samples)
            samples.push_back({{"round", round}, {"value", figure}});
        blocks.push_back(
            {{"name", each.name},
             {"unit", each.unit},
             {"meaning", each.meaning},
             {"placement", each.place ? ordered_json(to_word(*each.place)) : ordered_json(nullptr)},
             {"block_bytes", or_null(each.block_bytes)},
             {"samples", std::move(samples)},
             {"summary", summary_of(each)},
             {"drift", each.samples.back().second / each.samples.front().second}});
    }
    return blocks;
}

void add_floor_ratios(ordered_json& document) {
    if (!document.contains("floors")) return;
    std::map<std::string, std::string> waits;
    for (const auto& mechanism : document.at("mechanisms"))
        if (mechanism.at("role") == "mechanism") waits[mechanism.at("name")] = mechanism.at("wait");
    for (auto& cell : document.at("cells"))
        if (const auto at = waits.find(cell.at("transport")); at != waits.end())
            add_floor_ratio(cell, document.at("floors"), at->second);
}

}  // namespace ipcmark
