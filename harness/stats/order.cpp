#include "harness/stats/order.hpp"

#include <algorithm>
#include <cmath>

#include "harness/stats/autocorrelation.hpp"
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

std::optional<spread> summarise(const std::vector<double>& in_time_order) {
    if (in_time_order.empty()) return std::nullopt;
    auto sorted = in_time_order;
    std::sort(sorted.begin(), sorted.end());
    spread result;
    result.n = sorted.size();
    result.median = median_of_sorted(sorted);
    result.min = sorted.front();
    result.max = sorted.back();
    result.n_eff = effective_size_of_few(in_time_order);
    if (!median_rank_interval(result.n)) return result;
    const auto worth = static_cast<std::size_t>(result.n_eff);
    const auto ranks = median_rank_interval(worth);
    const auto ends =
        ranks ? spread_ranks(sorted, *ranks, worth) : value_interval{result.min, result.max};
    result.low = ends.low;
    result.high = ends.high;
    result.coverage = ranks ? ranks->coverage : 1 - std::exp2(1 - result.n_eff);
    return result;
}

std::optional<double> relative_half_width(const std::vector<double>& in_time_order) {
    const auto seen = summarise(in_time_order);
    if (!seen || !seen->low || seen->median == 0) return std::nullopt;
    return (*seen->high - *seen->low) / (2 * std::abs(seen->median));
}

}  // namespace ipcmark
