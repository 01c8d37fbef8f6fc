#pragma once

#include <cstddef>
#include <vector>

namespace ipcmark {

/// Wilcoxon's signed-rank test that paired differences lie symmetrically around 0, two-sided.
struct signed_rank_result {
    std::size_t n = 0;      // differences that are not 0
    std::size_t zeros = 0;  // differences that are 0
    bool ties = false;      // among the sizes: the test is then conditional on them
    bool exact = false;     // otherwise by the normal approximation
    double positive_sum = 0;
    double p = 1;
};

/// Exact up to this many pairs.
inline constexpr std::size_t signed_rank_exact_limit = 60;

/// Ranks |d| with midranks for ties; zeros take part in the ranking and are then left out (Pratt,
/// JASA 1959), so that many of them do not make the rest look certain. The null distribution of
/// those very ranks is counted out by dynamic programming, ties and all, for up to 60 pairs; above
/// that the normal approximation with its variance for ties and a continuity correction. p is 1
/// when nothing but zeros is left. Finite values only.
/// Method: Wilcoxon, Biometrics Bulletin 1945; Hollander, Wolfe and Chicken, "Nonparametric
/// Statistical Methods", 3rd ed., 3.1.
signed_rank_result signed_rank_test(const std::vector<double>& differences);

/// The smallest p that n pairs can give: 2 / 2^n. A claim at a smaller level needs more pairs.
double signed_rank_least_p(std::size_t n);

/// P(W <= w) for w = 0 .. n (n + 1) / 2 of the sum of positive ranks under the null hypothesis,
/// without ties; n <= 60.
const std::vector<double>& signed_rank_cdf(std::size_t n);

}  // namespace ipcmark
