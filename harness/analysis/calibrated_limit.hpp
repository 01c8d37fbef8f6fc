#pragma once

#include <optional>
#include <string_view>

#include "harness/result/run_result.hpp"

namespace ipcmark {

/// The smallest relative change of the metric that the embedded calibration finds with as many
/// repetitions as the cell has, or with the fewest that it knows of: this very cell's where it was
/// calibrated, else that of its kind (spins, sleeps, same_cpu). nullopt where it tells neither.
std::optional<double> calibrated_limit(const run_result& result, const cell_result& cell,
                                       std::string_view metric);

}  // namespace ipcmark
