#pragma once

#include <optional>
#include <vector>

namespace ipcmark {

/// Whether a series stayed where it was: medians of the first and last of four blocks.
struct stationarity {
    double first = 0;
    double last = 0;
    double standard_error = 0;  // of the difference of two blocks' medians
    bool held = true;
};

/// Four blocks in time order. Not held when the medians of the first and the last differ by more
/// than 5 % of the whole median and by more than three standard errors of such a difference. Looked
/// at afterwards: a warm-up is never extended until it looks flat. The standard error of a block's
/// median is McKean and Schrader's (Communications in Statistics 1984), from its order statistics,
/// for the number of independent values that the block is worth. nullopt below 32 values.
std::optional<stationarity> judge_stationarity(const std::vector<double>& values);

}  // namespace ipcmark
