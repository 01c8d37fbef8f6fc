#pragma once

#include <string>
#include <vector>

#include "bench/recommend_options.hpp"
#include "harness/result/run_result.hpp"

namespace ipcmark {

/// What was measured for a flow: first all that could meet it, then the best.
struct flow_results {
    std::vector<run_result> stages;
    std::vector<std::string> cautions;  // sentences
    bool interrupted = false;
};

/// Blocks for up to `budget_s` and a little more.
flow_results measure_flow(const invocation& call, const recommend_options& options,
                          const design_flow& flow, double budget_s);

}  // namespace ipcmark
