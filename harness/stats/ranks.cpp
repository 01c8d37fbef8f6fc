#include "harness/stats/ranks.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace ipcmark {

ranking midranks(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    ranking result{std::vector<double>(values.size()), false};
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first + 1;
        while (end < order.size() && values[order[end]] == values[order[first]])
            ++end;
        const double shared = static_cast<double>(first + 1 + end) / 2;
        for (std::size_t i = first; i < end; ++i)
            result.ranks[order[i]] = shared;
        result.ties = result.ties || end - first > 1;
        first = end;
    }
    return result;
}

}  // namespace ipcmark
