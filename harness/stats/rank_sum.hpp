#pragma once

#include <cstddef>
#include <vector>

#include "harness/stats/hodges_lehmann.hpp"

namespace ipcmark {

/// Wilcoxon's rank-sum test (Mann and Whitney's U) that two independent samples come from one
/// distribution, two-sided.
struct rank_sum_result {
    std::size_t n_a = 0;
    std::size_t n_b = 0;
    bool ties = false;
    bool exact = false;  // otherwise by the normal approximation
    double p = 1;        // 1 too where a sample is empty
};

/// Exact up to this many values of both samples together.
inline constexpr std::size_t rank_sum_exact_limit = 40;

/// The null distribution of the very midranks is counted out, ties and all, for up to 40 values;
/// above that the normal approximation with its variance for ties and a continuity correction.
/// Finite values only. Method: Hollander, Wolfe and Chicken, "Nonparametric Statistical Methods",
/// 3rd ed., 4.1; Streitberg and Roehmel 1986 for the counting.
rank_sum_result rank_sum_test(const std::vector<double>& a, const std::vector<double>& b);

/// The shift from a to b: the median of all differences b_j - a_i, and the interval of the shifts
/// that the test does not reject; none where the samples are too small for the level (4 and 4 at
/// 95 %). Neither sample empty; `n` is that of both.
/// Method: Hodges and Lehmann 1963; Hollander, Wolfe and Chicken, 4.2 and 4.3.
shift_estimate estimate_shift_between(const std::vector<double>& a, const std::vector<double>& b,
                                      double level = 0.95);

}  // namespace ipcmark
