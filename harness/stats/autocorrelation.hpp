#pragma once

#include <cstddef>
#include <vector>

namespace ipcmark {

/// A lag 1 above it is dependence that matters: an AR(1) of n values is worth 0.54 n then.
inline constexpr double dependence_bound = 0.3;

/// Correlation of the values with those `lag` later, about the common mean, -1 .. 1 (Box, Jenkins
/// and Reinsel, 2.1.6). 0 when the values are all equal or fewer than lag + 2.
double autocorrelation(const std::vector<double>& values, std::size_t lag = 1);

/// The lag 1 that one in a hundred series of `n` independent values passes at most, from ten values
/// on: 2.4 standard errors above its mean, -1 / n (Moran, Biometrika 1948).
double chance_lag_1(std::size_t n);

/// Whether values, in time order, resemble those before: lag 1 above dependence_bound and above
/// what chance brings. False below ten values.
bool neighbours_correlate(const std::vector<double>& values);

/// How many independent values tell as much of the mean as these: n / (1 + 2 sum rho_k), the sum
/// ending at the first rho_k below 0.02; values are clipped at their p99 first, so that one stall
/// does not hide the dependence of the rest. Between 1 and n, 0 for no values. At most n / 4 lags.
double effective_size(std::vector<double> values);

/// How many independent values tell as much of the quantile `q` as `count` values of which these
/// are some, in time order and evenly apart: counted by "above the quantile", at most above p90,
/// beyond which a sample has too few. All of them where neighbours among the sample correlate no
/// more than by chance; else the sample's worth, since what lies between says nothing new then.
/// `count` below 64 values, which are too few to tell.
double effective_count(const std::vector<double>& in_time_order, double count, double q);

/// The same for few values in time order, as repetitions are: too few to tell one lag from another,
/// so as an AR(1), n (1 - r) / (1 + r), with r the lag 1 less the bias that few values give it, r +
/// (1 + 4 r) / n (Kendall; Marriott and Pope, Biometrika 1954). n below ten values, and where lag 1
/// is not above dependence_bound. Between 1 and n, 0 for no values.
double effective_size_of_few(const std::vector<double>& values);

}  // namespace ipcmark
