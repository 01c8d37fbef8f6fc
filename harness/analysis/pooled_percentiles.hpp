#pragma once

#include <utility>
#include <vector>

#include "harness/result/run_result.hpp"

namespace ipcmark {

/// Quantile and nanoseconds, over the messages of all repetitions that count; those alone that ten
/// messages lie beyond.
std::vector<std::pair<double, double>> pooled_percentiles(const cell_result& cell);

}  // namespace ipcmark
