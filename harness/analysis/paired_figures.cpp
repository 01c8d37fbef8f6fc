#include "harness/analysis/paired_figures.hpp"

#include <algorithm>
#include <cmath>

#include "harness/result/metrics.hpp"

namespace ipcmark {

namespace {

/// The adverse direction is positive.
std::optional<double> log_ratio(const metric& of, const std::optional<double>& a,
                                const std::optional<double>& b) {
    if (!a || !b || *a <= 0 || *b <= 0) return std::nullopt;
    return (of.direction == better::higher ? -1 : 1) * std::log(*b / *a);
}

bool stands_for_a_cell(std::string_view key) {
    return std::find(headline_metrics.begin(), headline_metrics.end(), key) !=
           headline_metrics.end();
}

}  // namespace

void paired_figures::add(const repetition_record& record, std::uint64_t round,
                         std::size_t variant) {
    if (record.failed) {
        if (ends_its_cell(*record.failed)) fail(record.cell, *record.failed);
        return;
    }
    cells_[record.cell][round].at(variant) = record.metrics;
}

std::vector<identical_pair> paired_figures::log_ratios(const std::vector<std::string>& cells,
                                                       std::uint64_t rounds) const {
    std::vector<identical_pair> all;
    for (const auto& cell : cells) {
        const auto measured = cells_.find(cell);
        if (given_up(cell) || measured == cells_.end()) continue;
        for (const metric& of : all_metrics()) {
            if (of.margin <= 0) continue;
            const std::string key(of.key);
            identical_pair pair{cell, key, of.margin, stands_for_a_cell(key), {}};
            for (const auto& [round, both] : measured->second) {
                if (round >= rounds || !both[0] || !both[1]) continue;
                if (const auto ratio = log_ratio(of, both[0]->at(key), both[1]->at(key)))
                    pair.log_ratios.push_back(*ratio);
            }
            if (rounds > 0 && pair.log_ratios.size() == rounds) all.push_back(std::move(pair));
        }
    }
    return all;
}

}  // namespace ipcmark
