#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace ipcmark {

/// The median of a sample that is not empty; the mean of the middle two for an even count.
double median(std::vector<double> values);

/// A distribution-free interval for the median: order statistics [low, high], 1-based ranks.
struct rank_interval {
    std::size_t low_rank = 0;
    std::size_t high_rank = 0;
    double coverage = 0;  // exact, at least the level asked for
};

/// The narrowest symmetric rank interval whose coverage is at least `level`; nullopt where even
/// [1, n] covers less (n < 6 at 95 %). Method: binomial(n, 1/2), Le Boudec, "Performance
/// Evaluation of Computer and Communication Systems", 2010, theorem 2.1.
std::optional<rank_interval> median_rank_interval(std::size_t n, double level = 0.95);

/// What a report says of one metric of one cell: the repetitions' median and how sure it is.
struct spread {
    std::size_t n = 0;
    double median = 0;
    double min = 0;
    double max = 0;
    std::optional<double> low;  // interval ends; none below 6 repetitions: indicative only
    std::optional<double> high;
    std::optional<double> coverage;
};

/// nullopt for no values. Nothing is dropped.
std::optional<spread> summarise(std::vector<double> values);

/// Relative half-width of the interval of the values' median; nullopt below six values, or where
/// the median is 0.
std::optional<double> relative_half_width(const std::vector<double>& values);

}  // namespace ipcmark
