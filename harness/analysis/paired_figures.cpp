#include "harness/analysis/paired_figures.hpp"

#include <cmath>

#include "harness/contract/vocabulary.hpp"
#include "harness/result/metrics.hpp"
#include "harness/stats/order.hpp"

namespace ipcmark {

namespace {

/// The adverse direction is positive.
std::optional<double> log_ratio(const metric& of, const std::optional<double>& a,
                                const std::optional<double>& b) {
    if (!a || !b || *a <= 0 || *b <= 0) return std::nullopt;
    return (of.direction == better::higher ? -1 : 1) * std::log(*b / *a);
}

/// Names of cells begin with their pattern.
bool stands_for(std::string_view cell, std::string_view key) {
    const auto kind = from_word<pattern>(cell.substr(0, cell.find('/')));
    return kind && pattern_of(*kind).main_metric == key;
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

std::string paired_figures::kind_of(const std::string& cell, const rounds_of_cell& measured) {
    constexpr double sleeps_from = 0.5;
    const std::string here = "/" + std::string(to_word(placement::same_cpu));
    if (cell.ends_with(here) || cell.find(here + "/") != std::string::npos)
        return std::string(to_word(placement::same_cpu));
    std::vector<double> switches;
    for (const auto& [round, both] : measured)
        for (const auto& each : both) {
            if (!each) continue;
            const auto at = each->find("voluntary_switches_per_message");
            if (at != each->end() && at->second) switches.push_back(*at->second);
        }
    if (switches.empty()) return {};
    return median(std::move(switches)) >= sleeps_from ? "sleeps" : "spins";
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
            identical_pair pair{cell,
                                key,
                                of.margin,
                                stands_for(cell, key),
                                {},
                                0,
                                kind_of(cell, measured->second)};
            for (const auto& [round, both] : measured->second) {
                if (round >= rounds || !both[0] || !both[1]) continue;
                if (const auto ratio = log_ratio(of, both[0]->at(key), both[1]->at(key)))
                    pair.log_ratios.push_back(*ratio);
            }
            if (pair.log_ratios.empty()) continue;
            pair.missing = rounds - pair.log_ratios.size();
            all.push_back(std::move(pair));
        }
    }
    return all;
}

}  // namespace ipcmark
