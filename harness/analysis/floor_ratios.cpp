#include "harness/analysis/floor_ratios.hpp"

#include <algorithm>
#include <map>

namespace ipcmark {

namespace {

/// A cell's limit: what it is, and which summary of the cell is held against it.
struct limit {
    std::vector<std::string> floors;  // any of these; the one that is best over the run
    const char* metric = nullptr;
    double factor = 1;  // round trips in one figure of the floor
    std::string why;
};

std::optional<limit> limit_of(const cell_result& cell, wait_style wait) {
    constexpr std::size_t bandwidth_from_bytes = 4096;
    if (cell.kind == pattern::round_trip) {
        if (wait != wait_style::blocks)
            return limit{{"line_round_trip"},
                         "p50_ns",
                         1,
                         "a polling exchange moves a cache line there and back"};
        return limit{
            {"futex_wake", "eventfd_wake", "pipe_wake"},
            "p50_ns",
            2,
            cell.place == placement::same_cpu
                ? "a sleeping exchange on one CPU takes a context switch there and one back"
                : "a sleeping exchange takes a wake-up there and one back"};
    }
    if (cell.payload_bytes < bandwidth_from_bytes) return std::nullopt;
    return limit{{"memcpy"}, "bytes_per_second", 1, "each byte is at least copied once"};
}

bool is_rate(const floor_info& floor) {
    return floor.unit != "ns";
}

/// Whether the median of `floor` over the run is the harder one to reach.
bool is_harder(const floor_info& floor, const floor_info& than) {
    const double one = *floor.summary->median;
    const double other = *than.summary->median;
    return is_rate(floor) ? one > other : one < other;
}

/// Whole series are compared, never their samples: the least of several medians of a moment lies
/// below what any of them does.
const floor_info* find_floor(const std::vector<floor_info>& floors, const limit& wanted,
                             const cell_result& cell) {
    const floor_info* found = nullptr;
    for (const auto& floor : floors) {
        const bool here = !floor.place || *floor.place == cell.place;
        const bool this_size = !floor.block_bytes || *floor.block_bytes == cell.payload_bytes;
        const bool named = std::find(wanted.floors.begin(), wanted.floors.end(), floor.name) !=
                           wanted.floors.end();
        if (!named || !here || !this_size || !floor.summary || !floor.summary->median) continue;
        if (found == nullptr || is_harder(floor, *found)) found = &floor;
    }
    return found;
}

/// The cost ratio of a figure of the cell to the floor's median.
metric_summary ratio_to(double floor, const metric_summary& figures, bool is_rate) {
    const auto ratio = [&](const std::optional<double>& value) -> std::optional<double> {
        if (!value || *value <= 0) return std::nullopt;
        const double cost = *value / floor;
        return is_rate ? 1 / cost : cost;
    };
    metric_summary ratios = figures;
    ratios.median = ratio(figures.median);
    ratios.low = ratio(is_rate ? figures.high : figures.low);
    ratios.high = ratio(is_rate ? figures.low : figures.high);
    ratios.min = ratio(is_rate ? figures.max : figures.min);
    ratios.max = ratio(is_rate ? figures.min : figures.max);
    ratios.unit = "1";
    ratios.better = "lower";
    ratios.source = "over the floor's median";
    return ratios;
}

void add_floor_ratio(cell_result& cell, const std::vector<floor_info>& floors, wait_style wait) {
    const auto wanted = limit_of(cell, wait);
    if (!wanted) return;
    const metric_summary* measured = cell.find(wanted->metric);
    const floor_info* floor = find_floor(floors, *wanted, cell);
    if (measured == nullptr || floor == nullptr) return;
    const metric_summary& figures = *floor->summary;
    const bool rate = is_rate(*floor);
    const double value = *figures.median * wanted->factor;
    cell.floor = cell_floor{floor->name, value, floor->unit, wanted->why};
    const metric_summary ratios = ratio_to(value, *measured, rate);
    cell.summary.emplace_back("ratio_to_floor", ratios);
    // The most favourable floor seen, so that its own drift convicts nobody.
    const double best =
        (rate ? figures.max : figures.min).value_or(*figures.median) * wanted->factor / value;
    if (ratios.high.value_or(1) < (rate ? 1 / best : best)) cell.flags.emplace_back("beats_floor");
}

floor_info floor_of(const floor_log::series& from) {
    floor_info floor{from.name, from.unit, from.meaning, from.place, from.block_bytes, {}, {}, {}};
    std::vector<double> figures;
    for (const auto& [round, figure] : from.samples) {
        floor.samples.push_back({round, figure});
        figures.push_back(figure);
    }
    floor.summary = summary_of(figures, "samples", from.unit,
                               from.unit == "ns" ? "lower" : "higher", "floor probe");
    floor.drift = from.samples.back().second / from.samples.front().second;
    return floor;
}

}  // namespace

std::string beaten_floors(const run_result& result) {
    std::string names;
    for (const auto& cell : result.cells)
        if (cell.has_flag("beats_floor"))
            names += (names.empty() ? "" : ", ") + cell.name +
                     (cell.floor ? " (" + cell.floor->name + ")" : "");
    return names;
}

std::vector<floor_info> floors_of(const floor_log& log) {
    std::vector<floor_info> floors;
    for (const floor_log::series& each : log.all())
        floors.push_back(floor_of(each));
    return floors;
}

void add_floor_ratios(run_result& result) {
    std::map<std::string, wait_style> waits;
    for (const auto& mechanism : result.header.mechanisms)
        if (mechanism.role == "mechanism") waits[mechanism.name] = mechanism.wait;
    for (auto& cell : result.cells)
        if (const auto at = waits.find(cell.mechanism); at != waits.end())
            add_floor_ratio(cell, result.floors, at->second);
}

}  // namespace ipcmark
