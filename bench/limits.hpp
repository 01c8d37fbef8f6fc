#pragma once

#include "harness/result/run_result.hpp"
#include "harness/run/plan.hpp"

namespace ipcmark {

/// Tells on standard error how each limit of the plan was kept; whether one was missed, or had
/// nothing to judge.
bool misses_limits(const plan_request& asked, const run_result& result);

}  // namespace ipcmark
