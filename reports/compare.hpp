#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "reports/cells.hpp"

namespace ipcmark {

/// Two recorded cells of the same name. Nothing is tested again: the interval of the ratio is the
/// widest that the intervals of the two cells allow.
struct compared {
    std::string cell;
    double before;
    double after;
    double ratio;
    std::optional<double> low;
    std::optional<double> high;
    /// "worse", "better", "level", "unclear" or "no interval".
    std::string verdict;
    double significance;
};

struct comparison {
    figure what;
    /// The clearest difference first.
    std::vector<compared> cells;
};

/// Every table figure over the cells that both results have; differences below `theta` are level.
std::vector<comparison> compare_results(const nlohmann::ordered_json& before,
                                        const nlohmann::ordered_json& after);

/// Differences of the machine and build, "fact: before -> after", empty when there are none.
std::vector<std::string> environment_differences(const nlohmann::ordered_json& before,
                                                 const nlohmann::ordered_json& after);

/// "2 worse, 1 better, 30 level"
std::string verdict_counts(const comparison& of);

inline constexpr const char* recorded_runs_note =
    "Two recorded runs are compared for information only: between two sittings the machine "
    "drifts. To decide, run them interleaved: ipcmark ab.";

}  // namespace ipcmark
