#pragma once

#include <cstddef>
#include <vector>

namespace ipcmark {

/// Correlation of the values with those `lag` later, about the common mean, -1 .. 1 (Box, Jenkins
/// and Reinsel, 2.1.6). 0 when the values are all equal or fewer than lag + 2.
double autocorrelation(const std::vector<double>& values, std::size_t lag = 1);

/// How many independent values tell as much of the mean as these: n / (1 + 2 sum rho_k), the sum
/// ending at the first rho_k below 0.02; values are clipped at their p99 first, so that one stall
/// does not hide the dependence of the rest. Between 1 and n, 0 for no values. At most n / 4 lags.
double effective_size(std::vector<double> values);

}  // namespace ipcmark
