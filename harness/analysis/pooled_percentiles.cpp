#include "harness/analysis/pooled_percentiles.hpp"

#include "harness/result/metrics.hpp"
#include "harness/stats/histogram.hpp"

namespace ipcmark {

std::vector<std::pair<double, double>> pooled_percentiles(const cell_result& cell) {
    if (!cell.histogram) return {};
    histogram pooled;
    for (const auto& [index, count] : cell.histogram->bins)
        pooled.add_bucket(index, count);
    std::vector<std::pair<double, double>> found;
    for (const auto& [q, key] : percentiles)
        if (const auto ns = pooled.supported_quantile_ns(q)) found.emplace_back(q, *ns);
    return found;
}

}  // namespace ipcmark
