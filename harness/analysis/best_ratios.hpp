#pragma once

#include <optional>
#include <vector>

#include "harness/analysis/standings.hpp"

namespace ipcmark {

/// How far each cell of the group is from the best median by this metric: 1 is the best, 2 twice as
/// bad. Counts a message start at one, since two switches are not a thousand times worse than two
/// thousandths of one. nullopt: no figure, not compared (the instrument, what lost messages or
/// could not keep the rate, a metric of no direction), or a best of 0, to which there is no ratio.
std::vector<std::optional<double>> ratios_to_best(const run_result& result, const cell_group& group,
                                                  const metric& by);

}  // namespace ipcmark
