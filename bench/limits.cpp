#include "bench/limits.hpp"

#include <iostream>

#include "harness/analysis/figure_limits.hpp"

namespace ipcmark {

bool misses_limits(const plan_request& asked, const run_result& result) {
    std::vector<figure_limit> limits;
    for (const auto& text : asked.limits)
        limits.push_back(parse_limit(text));
    bool missed = false;
    for (const judged_limit& each : judge_limits(result, limits)) {
        std::cerr << "ipcmark: " << each.sentence << '\n';
        missed = missed || each.outcome == limit_outcome::missed ||
                 each.outcome == limit_outcome::absent;
    }
    return missed;
}

}  // namespace ipcmark
