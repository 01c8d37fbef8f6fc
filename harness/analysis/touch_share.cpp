#include "harness/analysis/touch_share.hpp"

#include <algorithm>
#include <string_view>

namespace ipcmark {

namespace {

constexpr std::string_view instrument = "null";

/// Of the whole phase without its clock readings, where that was measured.
std::optional<double> pass_ns(const cell_result& cell) {
    const auto whole = cell.median("block_mean_ns");
    return whole ? whole : cell.median("p50_ns");
}

const cell_result* instrument_for(const cell_result& cell, const run_result& result) {
    const cell_result* found = nullptr;
    for (const auto& each : result.cells) {
        const bool alike = each.mechanism == instrument && each.kind == cell.kind &&
                           each.payload_bytes == cell.payload_bytes && each.reads == cell.reads;
        if (alike && pass_ns(each) && (found == nullptr || each.place == cell.place)) found = &each;
    }
    return found;
}

}  // namespace

void add_touch_shares(run_result& result) {
    for (auto& cell : result.cells) {
        const metric_summary* trip = cell.find("p50_ns");
        if (cell.kind != pattern::round_trip || cell.mechanism == instrument || trip == nullptr ||
            !trip->median || *trip->median <= 0)
            continue;
        const cell_result* pass = instrument_for(cell, result);
        if (pass == nullptr) continue;
        metric_summary share;
        share.n = std::min(trip->n, pass->find("p50_ns")->n);
        share.median = std::min(1.0, 2 * *pass_ns(*pass) / *trip->median);
        share.unit = "share";
        share.better = "neither";
        share.source = "twice the pass of null over the round trip";
        cell.summary.emplace_back("touch_share", share);
    }
}

}  // namespace ipcmark
