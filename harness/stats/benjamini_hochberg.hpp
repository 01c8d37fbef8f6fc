#pragma once

#include <vector>

namespace ipcmark {

/// Adjusted p-values, in the order given: rejecting those at most q keeps the expected share of
/// false ones among the rejections at most q, for tests that are independent or positively
/// dependent. Method: Benjamini and Hochberg, JRSS B 1995 (step-up).
std::vector<double> benjamini_hochberg(const std::vector<double>& p_values);

}  // namespace ipcmark
