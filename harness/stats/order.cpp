#include "harness/stats/order.hpp"

#include <algorithm>
#include <cmath>

namespace ipcmark {

namespace {

double median_of_sorted(const std::vector<double>& sorted) {
    const std::size_t middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/// P(Binomial(n, 1/2) = k), through logarithms so that large n do not overflow.
double half_binomial(std::size_t n, std::size_t k) {
    const auto x = static_cast<double>(n);
    const auto y = static_cast<double>(k);
    return std::exp(std::lgamma(x + 1) - std::lgamma(y + 1) - std::lgamma(x - y + 1) -
                    x * std::log(2.0));
}

}  // namespace

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return median_of_sorted(values);
}

std::optional<rank_interval> median_rank_interval(std::size_t n, double level) {
    // [x(l), x(n+1-l)] misses the median with probability 2 P(Bin(n, 1/2) < l).
    std::optional<rank_interval> best;
    double below = 0;
    for (std::size_t rank = 1; 2 * rank <= n; ++rank) {
        below += half_binomial(n, rank - 1);
        if (1 - 2 * below < level) break;
        best = rank_interval{rank, n + 1 - rank, 1 - 2 * below};
    }
    return best;
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

}  // namespace ipcmark
