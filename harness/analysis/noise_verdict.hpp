#pragma once

#include "harness/result/run_result.hpp"

namespace ipcmark {

/// Which repetitions a cell's estimates rest on. The accepted ones, when at least half of the
/// repetitions that ran have an accepted try; otherwise all of them, and then the cell is flagged.
/// `first_tries` counts repetitions, `accepted` those tries that were not disturbed.
bool estimates_from_accepted(std::size_t first_tries, std::size_t accepted);

/// Flags cells `disturbed` that were so more often than chance spreads the run's disturbed tries
/// over its cells: P(Bin(tries, the run's share) >= its disturbed ones) below 1 %, and two of them
/// at least. What befell all cells alike is said by the verdict and is no cell's flag.
void add_disturbed_flags(run_result& result);

/// The verdict over the host, from the result's cells and repetitions; nullopt when none was
/// judged. It says what this run can tell apart, and how much else went on: the worse of two.
///             differences that are noise   disturbed repetitions
///   quiet     up to 5 %                    up to 5 %
///   usable    up to 15 %                   up to 20 %
///   noisy     up to 50 %                   up to 50 %
///   unusable  above                        above
/// smallest_ratio: 1 + sqrt(2) x the median over the cells of the relative half-width of their main
/// figure, since two cells' half-widths add as squares: of its interval, or of its range below six
/// repetitions, which have none; nullopt where no cell has two repetitions.
std::optional<noise_info> noise_verdict(const run_result& result);

}  // namespace ipcmark
