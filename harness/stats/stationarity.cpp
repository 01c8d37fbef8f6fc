#include "harness/stats/stationarity.hpp"

#include <algorithm>
#include <cmath>

#include "harness/stats/autocorrelation.hpp"
#include "harness/stats/order.hpp"
#include "harness/stats/quantile_interval.hpp"

namespace ipcmark {

namespace {

/// Half the distance between the ends of the median's 95 % interval, in units of z.
double median_standard_error(std::vector<double> block) {
    constexpr double z = 1.959964;
    const double reach = z * 0.5 / std::sqrt(effective_size(block));
    std::sort(block.begin(), block.end());
    const double low = quantile_of_sorted(block, std::max(0.5 - reach, 0.0));
    const double high = quantile_of_sorted(block, std::min(0.5 + reach, 1.0));
    return (high - low) / (2 * z);
}

}  // namespace

std::optional<stationarity> judge_stationarity(const std::vector<double>& values) {
    constexpr std::size_t least_values = 32;
    constexpr double share = 0.05;
    constexpr double errors = 3;
    if (values.size() < least_values) return std::nullopt;
    const auto length = static_cast<std::ptrdiff_t>(values.size() / 4);
    const std::vector<double> first(values.begin(), values.begin() + length);
    const std::vector<double> last(values.end() - length, values.end());
    stationarity result;
    result.first = median(first);
    result.last = median(last);
    result.standard_error = std::hypot(median_standard_error(first), median_standard_error(last));
    const double apart = std::abs(result.last - result.first);
    result.held =
        apart <= share * std::abs(median(values)) || apart <= errors * result.standard_error;
    return result;
}

}  // namespace ipcmark
