#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace ipcmark {

/// A histogram with more than this m-value has a second mode that matters (one mode: 2; a second
/// one 40 % as high as the first, with a valley down to nothing between them: 2.8).
inline constexpr double m_value_bound = 2.8;

/// Gregg's m-value ("Frequency Trails: Modes and Modality", 2013) of a latency histogram: the sum
/// of all rises and falls divided by the highest bin. Between the buckets that hold p1 and p99,
/// in at most 32 bins of equal widths on a log scale; a rise or fall counts only beyond three times
/// the square root of its higher end, so that a sample's noise is no mode. nullopt where there are
/// too few samples (200) or too few different buckets (16) to tell. `buckets`:
/// histogram::buckets().
std::optional<double> m_value(const std::vector<std::pair<std::size_t, std::uint64_t>>& buckets);

/// Whether a gap splits the values in two groups: wider than 40 % of their range, at least 20 % of
/// the values (and two) on either side, and wider than 5 % of the median, below which two modes
/// are one for all practical purposes. False below 15 values: chance gaps are too frequent.
bool split_by_gap(std::vector<double> values);

}  // namespace ipcmark
