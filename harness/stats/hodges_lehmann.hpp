#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace ipcmark {

/// The Hodges-Lehmann estimate of where paired differences lie and the intervals that the
/// signed-rank test does not reject.
struct shift_estimate {
    std::size_t n = 0;
    double estimate = 0;
    std::optional<double> low;  // none where n is too small for the level (below 6 at 95 %)
    std::optional<double> high;
    std::optional<double> coverage;  // exact, without ties, up to 60 pairs
};

/// All n (n + 1) / 2 Walsh averages (d_i + d_j) / 2, i <= j, ascending. n (n + 1) / 2 values are
/// held, so n should stay below a few thousand.
std::vector<double> walsh_averages(const std::vector<double>& differences);

/// Estimate: the median of the Walsh averages. Interval: [W(k+1), W(M-k)] with the largest k for
/// which P(signed-rank sum <= k) is at most (1 - level) / 2; exact up to 60 pairs, by the normal
/// approximation above. With ties the interval covers at least as much. `differences` not empty.
/// Method: Hodges and Lehmann 1963; Hollander, Wolfe and Chicken, 3.2 and 3.3.
shift_estimate estimate_shift(const std::vector<double>& differences, double level = 0.95);

/// As above from ready Walsh averages of n differences: two levels need them once.
shift_estimate shift_from_walsh(const std::vector<double>& ascending_walsh, std::size_t n,
                                double level);

}  // namespace ipcmark
