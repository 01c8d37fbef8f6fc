#pragma once

#include "bench/run_options.hpp"
#include "bench/workplace.hpp"
#include "harness/analysis/result_builder.hpp"
#include "harness/run/journal.hpp"
#include "harness/run/schedule.hpp"

namespace ipcmark {

/// Measures the rounds of a plan; each repetition goes into `result` and is a line of the journal.
/// Blocks until it is over. Throws call_failed where a line cannot be written.
run_outcome carry_out(const run_options& options, const plan& what, workplace& here,
                      result_builder& result, journal& lines);

}  // namespace ipcmark
