#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "harness/stats/order.hpp"

namespace ipcmark {

/// The value at rank ceil(q n) of an ascending sample that is not empty, 0 < q < 1.
double quantile_of_sorted(const std::vector<double>& sorted, double q);

/// A distribution-free interval for the quantile q, 0 < q < 1, of n independent values: [x(l),
/// x(u)] with the largest l and the smallest u for which P(Bin(n, q) < l) and P(Bin(n, q) >= u) are
/// at most (1 - level) / 2. The ranks are exact for every n; the normal approximation that some
/// use for large n q (1 - q) is not needed. nullopt where n is too small: below 6 for a median,
/// 368 for p99, 3,688 for p99.9 at 95 %. Coverage is that of a continuous distribution; with ties
/// it is at least that. Method: Le Boudec, "Performance Evaluation of Computer and Communication
/// Systems", 2010, theorem 2.1; Hoefler and Belli, SC'15.
std::optional<rank_interval> quantile_rank_interval(std::size_t n, double q, double level = 0.95);

struct value_interval {
    double low = 0;
    double high = 0;
};

/// The values at the ranks of an interval for `worth` independent values, spread evenly over an
/// ascending sample that is worth no more than they.
value_interval spread_ranks(const std::vector<double>& sorted, const rank_interval& ranks,
                            std::size_t worth);

/// An interval of a quantile of values that depend on their neighbours, given in time order: the
/// ranks are those of as many independent values as the series of "at most the quantile" is worth
/// (autocorrelation.hpp; for a quantile that series counts, not the values, whose own effective
/// size would be smaller), spread over all values. nullopt as above, for the effective size.
std::optional<value_interval> dependent_quantile_interval(const std::vector<double>& in_time_order,
                                                          double q, double level = 0.95);

}  // namespace ipcmark
