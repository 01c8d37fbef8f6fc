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
    double n_eff = 0;           // independent values that they are worth (autocorrelation.hpp)
    std::optional<double> low;  // interval ends; none below 6 repetitions: indicative only
    std::optional<double> high;
    std::optional<double> coverage;
};

/// Of values in time order; nullopt for none. Nothing is dropped. Where neighbours correlate, the
/// ranks are those of n_eff values, spread over all, so that the interval keeps its promise; it is
/// the range where n_eff is below six, and `coverage` what the range of so few covers.
std::optional<spread> summarise(const std::vector<double>& in_time_order);

/// Relative half-width of that interval; nullopt below six values, or where the median is 0.
std::optional<double> relative_half_width(const std::vector<double>& in_time_order);

}  // namespace ipcmark
