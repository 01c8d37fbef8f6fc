#include "harness/stats/modes.hpp"

#include <algorithm>
#include <cmath>

#include "harness/stats/histogram.hpp"
#include "harness/stats/order.hpp"

namespace ipcmark {

namespace {

using bucket_list = std::vector<std::pair<std::size_t, std::uint64_t>>;

/// The buckets from the one that holds p1 to the one that holds p99.
bucket_list middle_of(const bucket_list& buckets, double total) {
    bucket_list middle;
    double before = 0;
    for (const auto& bucket : buckets) {
        const double through = before + static_cast<double>(bucket.second);
        if (through >= 0.01 * total && before < 0.99 * total) middle.push_back(bucket);
        before = through;
    }
    return middle;
}

/// Equal widths on a log scale. Each bucket's count is spread over what lies nearer to it than to
/// its occupied neighbours, so that neither the octaves' steps in width, nor bins of few buckets,
/// nor the ticks of a coarse clock look like a pattern.
std::vector<double> log_bins(const bucket_list& buckets, std::size_t bins) {
    const auto centre = [](std::size_t index) {
        return std::log(static_cast<double>(histogram::lowest_of(index)) +
                        static_cast<double>(histogram::width_of(index)) / 2);
    };
    std::vector<double> edges{centre(buckets.front().first)};
    for (std::size_t i = 1; i < buckets.size(); ++i)
        edges.push_back((centre(buckets[i - 1].first) + centre(buckets[i].first)) / 2);
    edges.push_back(centre(buckets.back().first));
    const double width = (edges.back() - edges.front()) / static_cast<double>(bins);
    std::vector<double> heights(bins, 0.0);
    // The outermost reach to their centres only and count half.
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        const bool outermost = i == 0 || i + 1 == buckets.size();
        const double count = static_cast<double>(buckets[i].second) / (outermost ? 2 : 1);
        const double from = (edges[i] - edges.front()) / width;
        const double to = (edges[i + 1] - edges.front()) / width;
        for (auto bin = static_cast<std::size_t>(from); bin < bins; ++bin) {
            const auto left = static_cast<double>(bin);
            if (left >= to) break;
            heights[bin] +=
                count * std::max(std::min(left + 1, to) - std::max(left, from), 0.0) / (to - from);
        }
    }
    return heights;
}

/// Rises and falls from 0 to 0 through the turning points that stand out of the counting noise.
double significant_travel(const std::vector<double>& heights) {
    const auto noise = [](double height) { return 3 * std::sqrt(height); };
    double travelled = 0;
    double turned_at = 0;  // the last confirmed turning point
    double extreme = 0;    // the furthest since then, in the present direction
    bool rising = true;
    for (std::size_t i = 0; i <= heights.size(); ++i) {
        const double height = i < heights.size() ? heights[i] : 0;
        if (rising ? height >= extreme : height <= extreme) {
            extreme = height;
        } else if (std::abs(height - extreme) > noise(std::max(height, extreme))) {
            travelled += std::abs(extreme - turned_at);
            turned_at = extreme;
            extreme = height;
            rising = !rising;
        }
    }
    return travelled + std::abs(extreme - turned_at) + (rising ? extreme : 0);
}

}  // namespace

std::optional<double> m_value(const bucket_list& buckets) {
    constexpr double least_samples = 200;
    constexpr std::size_t least_buckets = 16;
    constexpr double most_bins = 32;
    double total = 0;
    for (const auto& [index, count] : buckets)
        total += static_cast<double>(count);
    if (total < least_samples) return std::nullopt;
    const auto middle = middle_of(buckets, total);
    if (middle.size() < least_buckets) return std::nullopt;
    // Rice's rule; and two buckets a bin at least, since a coarse clock leaves some out.
    const double bins = std::min({most_bins, std::ceil(2 * std::cbrt(total)),
                                  std::ceil(static_cast<double>(middle.size()) / 2)});
    const auto heights = log_bins(middle, static_cast<std::size_t>(bins));
    return significant_travel(heights) / *std::max_element(heights.begin(), heights.end());
}

bool split_by_gap(std::vector<double> values) {
    constexpr std::size_t least_values = 15;
    constexpr double of_range = 0.4;
    constexpr double of_median = 0.05;
    constexpr double each_side = 0.2;
    if (values.size() < least_values) return false;
    std::sort(values.begin(), values.end());
    const double range = values.back() - values.front();
    const double middle = std::abs(median(values));
    const auto n = static_cast<double>(values.size());
    const auto aside = static_cast<std::size_t>(std::max(std::ceil(each_side * n), 2.0));
    for (std::size_t below = aside; below + aside <= values.size(); ++below) {
        const double gap = values[below] - values[below - 1];
        if (gap > of_range * range && gap > of_median * middle) return true;
    }
    return false;
}

}  // namespace ipcmark
