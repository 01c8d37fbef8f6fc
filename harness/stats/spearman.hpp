#pragma once

#include <vector>

namespace ipcmark {

/// Spearman's rank correlation and its two-sided p under the hypothesis of no association.
struct rank_correlation {
    double rho = 0;
    double p = 1;
    bool exact = false;
};

/// Correlation of `values` with their own order, the sign of a drift over time. Ties share ranks.
/// p: all orders counted out for up to 8 values, above that Student's t with n - 2 degrees of
/// freedom (Hollander, Wolfe and Chicken, 8.5; Kendall and Gibbons). p is 1 for fewer than 3
/// values and when all are equal. Values that depend on their neighbours make p too small.
rank_correlation drift_over_time(const std::vector<double>& values);

}  // namespace ipcmark
