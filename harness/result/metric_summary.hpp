#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ipcmark {

/// What several figures of the same thing have in common: median, its interval by order statistics,
/// extremes. Every summary of a result is one. A percentile that some repetitions are too short for
/// is `pooled` instead: that of the messages of all n repetitions together, without an interval.
struct metric_summary {
    std::size_t n = 0;
    std::optional<double> median;
    std::optional<double> low;  // interval ends; none below six figures: indicative only
    std::optional<double> high;
    std::optional<double> min;
    std::optional<double> max;
    std::optional<double> level;  // exact coverage of [low, high]
    std::string method;
    std::string unit;
    std::string better;  // lower, higher, neither
    std::string source;
    std::optional<double> n_eff = {};  // independent figures that the n are worth, where fewer
    std::optional<bool> pooled = {};   // set: `median` is the percentile of all messages together
};

template <class Visitor>
void visit_fields(Visitor& visit, metric_summary& s) {
    visit("n", s.n);
    visit.when_there("n_eff", s.n_eff);
    visit("median", s.median);
    visit("low", s.low);
    visit("high", s.high);
    visit("min", s.min);
    visit("max", s.max);
    visit("level", s.level);
    visit("method", s.method);
    visit("unit", s.unit);
    visit("better", s.better);
    visit("source", s.source);
    visit.when_there("pooled", s.pooled);
}

/// Of figures in time order that are called `of`: "repetitions", "samples". nullopt when there are
/// none. The interval is wider where neighbours correlate (stats/order.hpp).
std::optional<metric_summary> summary_of(const std::vector<double>& values, std::string_view of,
                                         std::string_view unit, std::string_view better,
                                         std::string_view source);

}  // namespace ipcmark
