#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/view/view_model.hpp"

/// The model arranged as tables, for writers that show a few of the many arrangements.
namespace ipcmark {

/// In the order in which reports show them. Of a pattern without parameters: the main metric by
/// payload, then every listed metric at the payload that stands for it, and at no payload; of one
/// with parameters: every listed metric of every cell.
std::vector<report_table> tables_of(const run_result& result, const result_view& view);

/// The few that answer: one a pattern, of the placement that is told first. Round trips have their
/// percentiles, what they cost, and the other placements beside; streams their payloads and the
/// share of the ceiling.
std::vector<report_table> main_tables_of(const run_result& result, const result_view& view);

/// A comparison as a table: the rows whose verdict is `proven` or is not.
report_table table_of(const comparison_table& compared, bool proven);

bool is_proven(change verdict);

}  // namespace ipcmark
