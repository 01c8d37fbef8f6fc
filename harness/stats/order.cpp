#include "harness/stats/order.hpp"

#include <algorithm>

#include "harness/stats/quantile_interval.hpp"

namespace ipcmark {

namespace {

double median_of_sorted(const std::vector<double>& sorted) {
    const std::size_t middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

}  // namespace

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return median_of_sorted(values);
}

std::optional<rank_interval> median_rank_interval(std::size_t n, double level) {
    return quantile_rank_interval(n, 0.5, level);
}

std::optional<spread> summarise(std::vector<double> values) {
    if (values.empty()) return std::nullopt;
    std::sort(values.begin(), values.end());
    spread result{
        values.size(), median_of_sorted(values), values.front(), values.back(), {}, {}, {}};
    if (const auto ranks = median_rank_interval(values.size())) {
        result.low = values[ranks->low_rank - 1];
        result.high = values[ranks->high_rank - 1];
        result.coverage = ranks->coverage;
    }
    return result;
}

std::optional<double> relative_half_width(const std::vector<double>& values) {
    const auto seen = summarise(values);
    if (!seen || !seen->low || seen->median == 0) return std::nullopt;
    return (*seen->high - *seen->low) / (2 * std::abs(seen->median));
}

}  // namespace ipcmark
