#include "harness/stats/quantile_interval.hpp"

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/binomial.hpp>

#include "harness/stats/autocorrelation.hpp"

namespace ipcmark {

namespace {

using integer_quantiles = boost::math::policies::policy<
    boost::math::policies::discrete_quantile<boost::math::policies::integer_round_outwards>>;
using binomial = boost::math::binomial_distribution<double, integer_quantiles>;

/// P(Bin < count).
double below(const binomial& counts, double count) {
    return count <= 0 ? 0 : boost::math::cdf(counts, count - 1);
}

/// P(Bin >= count), without the cancellation of 1 - below.
double at_least(const binomial& counts, double count) {
    return count <= 0 ? 1 : boost::math::cdf(boost::math::complement(counts, count - 1));
}

}  // namespace

double quantile_of_sorted(const std::vector<double>& sorted, double q) {
    const auto n = static_cast<double>(sorted.size());
    const auto rank = static_cast<std::size_t>(std::ceil(q * n));
    return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

std::optional<rank_interval> quantile_rank_interval(std::size_t n, double q, double level) {
    if (n == 0) return std::nullopt;
    const auto size = static_cast<double>(n);
    const double tail = (1 - level) / 2;
    const binomial counts(size, q);
    // The library's quantile is a start; the two conditions themselves decide.
    double low = std::min(boost::math::quantile(counts, tail) + 1, size);
    while (low > 0 && below(counts, low) > tail)
        --low;
    while (low < size && below(counts, low + 1) <= tail)
        ++low;
    double high = boost::math::quantile(boost::math::complement(counts, tail));
    while (high <= size && at_least(counts, high) > tail)
        ++high;
    while (high > 1 && at_least(counts, high - 1) <= tail)
        --high;
    if (low < 1 || high > size) return std::nullopt;
    return rank_interval{static_cast<std::size_t>(low), static_cast<std::size_t>(high),
                         1 - below(counts, low) - at_least(counts, high)};
}

std::optional<value_interval> dependent_quantile_interval(const std::vector<double>& in_time_order,
                                                          double q, double level) {
    if (in_time_order.empty()) return std::nullopt;
    auto sorted = in_time_order;
    std::sort(sorted.begin(), sorted.end());
    const double quantile = quantile_of_sorted(sorted, q);
    std::vector<double> at_most;
    for (const double value : in_time_order)
        at_most.push_back(value <= quantile ? 1 : 0);
    const auto worth = static_cast<std::size_t>(effective_size(std::move(at_most)));
    const auto ranks = quantile_rank_interval(worth, q, level);
    if (!ranks) return std::nullopt;
    return spread_ranks(sorted, *ranks, worth);
}

value_interval spread_ranks(const std::vector<double>& sorted, const rank_interval& ranks,
                            std::size_t worth) {
    const auto at = [&](std::size_t rank) {
        return quantile_of_sorted(sorted,
                                  (static_cast<double>(rank) - 0.5) / static_cast<double>(worth));
    };
    return {at(ranks.low_rank), at(ranks.high_rank)};
}

}  // namespace ipcmark
