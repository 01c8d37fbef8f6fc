#include "harness/stats/benjamini_hochberg.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace ipcmark {

std::vector<double> benjamini_hochberg(const std::vector<double>& p_values) {
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
    std::vector<double> adjusted(p_values.size());
    const auto count = static_cast<double>(p_values.size());
    double least = 1;
    for (std::size_t i = order.size(); i > 0; --i) {
        least = std::min(least, p_values[order[i - 1]] * count / static_cast<double>(i));
        adjusted[order[i - 1]] = least;
    }
    return adjusted;
}

}  // namespace ipcmark
