#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/enum_names.hpp"
#include "harness/result/metrics.hpp"
#include "harness/result/run_result.hpp"
#include "harness/stats/decision.hpp"

namespace ipcmark {

template <>
struct spelling<change> {
    static constexpr std::array words{std::pair{change::regressed, "regressed"},
                                      std::pair{change::improved, "improved"},
                                      std::pair{change::equivalent, "equivalent"},
                                      std::pair{change::inconclusive, "inconclusive"}};
};

/// The same cell in two recorded runs.
struct compared_cell {
    std::size_t before_cell = 0;  // positions in the results
    std::size_t after_cell = 0;
    double before = 0;  // medians
    double after = 0;
    double ratio = 1;           // after over before
    std::optional<double> low;  // interval of the ratio, where the repetitions suffice for one
    std::optional<double> high;
    change verdict = change::inconclusive;
};

/// One pattern's cells by one metric.
struct comparison {
    pattern kind = pattern::round_trip;
    const metric* by = nullptr;
    double margin = 0.05;
    /// Regressed, improved, inconclusive, equivalent; within each the largest difference first.
    std::vector<compared_cell> cells;

    std::size_t count(change verdict) const;
};

/// Every listed metric that has a margin, of the cells that both results have and that lost nothing
/// in either, all of one pattern and metric as one family. The runs drift apart, which no test
/// sees: such a comparison informs and gates nothing.
std::vector<comparison> compare_results(const run_result& before, const run_result& after);

/// A recorded fact of machine, limits or build that differs.
struct difference {
    std::string fact;
    std::string before;
    std::string after;
};

/// Of the members of two objects; those that only `before` has are passed over.
std::vector<difference> fact_differences(const tree& before, const tree& after);

std::vector<difference> environment_differences(const run_result& before, const run_result& after);

}  // namespace ipcmark
