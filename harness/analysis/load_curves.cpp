#include "harness/analysis/load_curves.hpp"

#include <algorithm>

#include "harness/analysis/standings.hpp"

namespace ipcmark {

namespace {

std::optional<double> offered_rate(const cell_result& cell) {
    if (const auto offered = cell.median("offered_per_second")) return offered;
    if (cell.parameter && cell.parameter->name == "rate_hz") return cell.parameter->value;
    return std::nullopt;
}

load_family& family_of(std::vector<load_family>& families, const cell_result& cell) {
    for (auto& each : families)
        if (each.place == cell.place && each.reads == cell.reads &&
            each.payload_bytes == cell.payload_bytes)
            return each;
    families.push_back({cell.place, cell.reads, cell.payload_bytes, {}});
    return families.back();
}

load_curve& curve_of(load_family& family, const std::string& mechanism) {
    for (auto& each : family.curves)
        if (each.mechanism == mechanism) return each;
    family.curves.push_back({mechanism, {}, {}, std::nullopt});
    return family.curves.back();
}

void find_knee(const run_result& result, load_curve& curve) {
    const auto latency_of = [&](const load_point& point) {
        return result.cells[point.cell].median(curve.metric);
    };
    const auto lowest = latency_of(curve.points.front());
    for (std::size_t i = 0; i < curve.points.size(); ++i) {
        const auto here = latency_of(curve.points[i]);
        const bool bends = lowest && here && *here > knee_factor * *lowest;
        if (!curve.points[i].saturated && !bends) continue;
        curve.knee = i;
        return;
    }
}

void conclude(const run_result& result, load_curve& curve) {
    std::stable_sort(curve.points.begin(), curve.points.end(), [](const auto& a, const auto& b) {
        return a.offered_per_second < b.offered_per_second;
    });
    const bool has_p99 = std::all_of(
        curve.points.begin(), curve.points.end(),
        [&](const load_point& each) { return result.cells[each.cell].median("p99_ns"); });
    curve.metric = has_p99 ? "p99_ns" : "p50_ns";
    find_knee(result, curve);
}

}  // namespace

std::vector<load_family> load_families(const run_result& result) {
    std::vector<load_family> families;
    for (std::size_t i = 0; i < result.cells.size(); ++i) {
        const cell_result& cell = result.cells[i];
        if (cell.kind != pattern::paced || cell.ended != status::ok ||
            cell.mechanism == instrument_name)
            continue;
        const auto offered = offered_rate(cell);
        if (!offered) continue;
        curve_of(family_of(families, cell), cell.mechanism)
            .points.push_back(
                {i, *offered, cell.saturated.value_or(false) || cell.has_flag("saturated")});
    }
    for (auto& family : families)
        for (auto& curve : family.curves)
            conclude(result, curve);
    return families;
}

}  // namespace ipcmark
