#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/result/metrics.hpp"
#include "harness/result/repetition_record.hpp"

namespace ipcmark {

/// What the order and the shape of one repetition's figures tell of it. Nothing is dropped for a
/// flag. `facts` say what the flags come from; the interval of this repetition's p50 alone says
/// nothing about other repetitions.
struct repetition_flags {
    /// nonstationary, bursty, bimodal, drift, autocorrelated
    std::vector<std::string> flags;
    std::optional<within_repetition> facts;
};

/// Latencies from 64 samples in time order on (measure/time_sample.hpp):
///   nonstationary   the first and the last of four blocks differ (stats/stationarity.hpp)
///   drift           a hint: Spearman's rho of 16 window medians over time, p < 0.001 if they were
///                   independent, which windows of one repetition seldom are
///   autocorrelated  neighbours among the samples correlate by more than 0.3
///   bimodal         m-value above 2.8, or a gap between p1 and p99 (stats/modes.hpp)
/// Streams from 4 blocks of about 5 ms on:
///   bursty          the median block's rate and the whole phase's differ by more than 10 %
repetition_flags flags_of_repetition(const repetition_view& view);

/// Flags of a cell, in a fixed order: bimodal, drift and autocorrelated as its repetitions show
/// them over time (`values`, one a repetition, as they ran), and what more than half of the
/// repetitions carry. Drift needs p < 0.001, dependence of neighbours a lag 1 above 0.3 and above
/// chance over ten repetitions or more, a gap 15. Each is false in one of a hundred clean cells at
/// most.
std::vector<std::string> flags_of_cell(
    const std::vector<double>& values,
    const std::vector<std::vector<std::string>>& repetition_flags);

/// The pattern's main metric where it has values, else the first that has some, of headline_metrics
/// before others. Empty where none has.
std::string primary_metric(pattern kind, const std::map<std::string, std::vector<double>>& metrics);

}  // namespace ipcmark
