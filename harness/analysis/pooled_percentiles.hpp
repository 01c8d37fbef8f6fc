#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/result/metrics.hpp"
#include "harness/result/run_result.hpp"

namespace ipcmark {

/// The messages of several repetitions together.
class pooled_messages {
public:
    /// One without latencies adds nothing.
    void add(const repetition_record& record);

    /// Repetitions that have latencies.
    std::size_t repetitions() const noexcept { return repetitions_; }
    /// The percentile of so many independent messages that it is told by; else nullopt.
    std::optional<double> percentile_ns(const percentile& which) const;
    /// nullopt where there are none.
    std::optional<histogram_info> histogram() const;

private:
    std::map<std::size_t, std::uint64_t> buckets_;
    std::map<std::string, double> effective_messages_;
    std::size_t repetitions_ = 0;
};

/// Quantile and nanoseconds, over the messages of all repetitions that count; those alone that ten
/// independent messages lie beyond.
std::vector<std::pair<double, double>> pooled_percentiles(const cell_result& cell);

/// A cell's percentiles are all made the same way: each is the median of what the repetitions say.
/// Where some are too short for one, that would be the median of the others, and a p90 could lie
/// below the p50; it is then that of all messages together, marked `pooled`. nullopt where that
/// cannot be told either, or lies below `least_ns`, the next lower percentile's figure.
std::optional<metric_summary> summary_of_percentile(const percentile& which,
                                                    const std::vector<double>& by_repetition,
                                                    const pooled_messages& messages,
                                                    double least_ns);

}  // namespace ipcmark
