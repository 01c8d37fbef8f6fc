#pragma once

#include "harness/result/run_result.hpp"

namespace ipcmark {

/// Which repetitions a cell's estimates rest on. The accepted ones, when at least half of the
/// repetitions that ran have an accepted try; otherwise all of them, and then the cell is flagged.
/// `first_tries` counts repetitions, `accepted` those tries that were not disturbed.
bool estimates_from_accepted(std::size_t first_tries, std::size_t accepted);

/// The verdict over the host, from the result's cells and repetitions; nullopt when none was
/// judged. quiet: at most a tenth of the timed repetitions was disturbed and no cell is flagged;
/// unusable: more than half was; noisy: anything between.
/// smallest_ratio: 1 + sqrt(2) x the median relative half-width of the cells' intervals, since two
/// cells' half-widths add as squares; nullopt without intervals (fewer than six repetitions).
std::optional<noise_info> noise_verdict(const run_result& result);

}  // namespace ipcmark
