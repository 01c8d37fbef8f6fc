#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ipcmark {

/// What several figures of the same thing have in common: median, its interval by order statistics,
/// extremes. Every summary of a result is one.
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
};

template <class Visitor>
void visit_fields(Visitor& visit, metric_summary& s) {
    visit("n", s.n);
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
}

/// Of figures that are called `of`: "repetitions", "samples". nullopt when there are none.
std::optional<metric_summary> summary_of(const std::vector<double>& values, std::string_view of,
                                         std::string_view unit, std::string_view better,
                                         std::string_view source);

}  // namespace ipcmark
