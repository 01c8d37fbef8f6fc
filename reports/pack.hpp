#pragma once

#include <string>

#include "harness/result/run_result.hpp"

namespace ipcmark {

/// The result as the page embeds it, JSON text of ASCII only. What is large becomes columns:
/// - "packed": 1 marks the form; "metrics" lists {key, unit, better, source} once;
/// - a cell's "summary" is [[metric, median, low, high, n, level, min, max, pooled], ...], where n
///   and level are null when they are the cell's, min and max when the repetitions tell them;
///   pooled is 1 or null, and nulls at the end are left out;
/// - its histogram's "bins" is one list of (distance to the bucket before, count);
/// - its "repetitions" holds one column per figure; a column that never changes is its one value.
/// Figures of cells keep every bit, those of repetitions nine digits. Everything else is copied as
/// it is; of "benchmarks" only what the page shows is kept, so the result file stays the record.
std::string pack_result(const run_result& result);

}  // namespace ipcmark
