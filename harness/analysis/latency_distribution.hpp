#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/result/run_result.hpp"

namespace ipcmark {

/// The messages of all repetitions of a cell that count, as a curve. Values are midpoints of
/// buckets, as of histogram::quantile_ns.
struct latency_distribution {
    std::vector<double> ns;             // at distribution_quantiles(), then the greatest
    std::vector<std::uint64_t> counts;  // messages in the bucket of each value and those below it
    std::vector<std::uint64_t> bins;    // where the bucket is in the bins of the cell's histogram
    std::size_t supported = 0;          // leading values that ten messages or more lie beyond
    double mean_ns = 0;
    double deviation_ns = 0;  // of the population
    double greatest_ns = 0;
};

/// 0, every second percent to the 90th, every percent to the 99th, and from there five steps for
/// each halving of what lies beyond: HdrHistogram's percentile ticks. Ascending, below 1, at most
/// 300; the same for all cells, so that curves can be compared.
const std::vector<double>& distribution_quantiles();

/// nullopt for a cell without latencies.
std::optional<latency_distribution> distribution_of(const cell_result& cell);

}  // namespace ipcmark
