#pragma once

#include <vector>

namespace ipcmark {

/// Rank of each value, 1 for the smallest; equal values share the mean of their ranks.
struct ranking {
    std::vector<double> ranks;  // in the order of the values
    bool ties = false;
};
ranking midranks(const std::vector<double>& values);

}  // namespace ipcmark
