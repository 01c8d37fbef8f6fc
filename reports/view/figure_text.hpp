#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/result/metric_summary.hpp"
#include "harness/result/run_result.hpp"

/// The one way in which figures are written. The page's format.ts follows the same rules.
namespace ipcmark {

/// By the unit of the metric table: times, rates and bytes with an SI prefix and three digits,
/// shares in percent, counts with at most three digits ("<0.01" below that).
std::string figure_text(double value, std::string_view unit);

/// "425 ns"; nothing where there is no median.
std::optional<std::string> median_text(const metric_summary* figures);

/// "interval 418 ns to 440 ns", "5 repetitions: 418 ns to 440 ns" where they are too few for an
/// interval; empty where only one is known.
std::string range_text(const metric_summary& figures);

/// Half the interval, relative to the median: "3 %"; nothing without an interval.
std::optional<std::string> half_width_text(const metric_summary& figures);

/// To set behind a median: " ±3 %", or where one side of the interval is much longer than the other
/// " (4.78 GB/s to 48.6 GB/s)"; empty without an interval.
std::string spread_text(const metric_summary& figures);

/// What tells a cell from others of its pattern, payload and place: "at 1.00 k/s", "4 producers,
/// after 1.00 ms"; empty for a pair without a parameter.
std::string varied_text(const cell_result& cell);

/// "4 producers", "20 clients", "4 pairs".
std::string parties_text(pattern kind, const parties_info& parties);

std::string plural(std::size_t count, std::string_view noun);

/// "a, b and 3 more"
std::string some_of(const std::vector<std::string>& names, std::size_t at_most);

/// Sentences as a paragraph.
std::string joined(const std::vector<std::string>& sentences);

/// `text` with a capital first letter.
std::string capital(std::string text);

}  // namespace ipcmark
