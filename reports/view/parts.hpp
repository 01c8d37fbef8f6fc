#pragma once

#include "reports/view/view_model.hpp"

/// What view_of puts together.
namespace ipcmark {

/// groups.cpp
std::vector<group_view> group_views(const run_result& result);

/// Those that stand for a pattern, one a placement: pairs of CPUs first, the nearest before the
/// others, then one CPU, then wherever the kernel puts them. Of the touches the usual one, or the
/// first.
std::vector<const group_view*> headlines_of(const std::vector<group_view>& groups, pattern kind);

/// More than anybody reads, less than would fill the page.
double four_digits(double ratio);

/// repetitions.cpp: by the result's cells.
std::vector<std::optional<repetitions_view>> repetitions_views(
    const run_result& result, const std::vector<group_view>& groups);

/// answers.cpp: `group` has its cells and columns.
std::vector<answer> answers_of(const run_result& result, const repetition_figures& figures,
                               const cell_group& cells, const group_view& group);

/// limits.cpp
bool is_held_against(const metric& by, const cell_floor& limit);
/// What a figure is to the limit of the machine; empty where it has none.
std::string limit_sentence(const repetition_figures& figures, const cell_result& cell);
/// Why the limit says nothing of the cell: repetitions, or the figure, lie plainly beyond it. Empty
/// where it holds.
std::string doubt_sentence(const repetition_figures& figures, const cell_result& cell);
/// "63 %"; nothing where there is no ceiling, or `doubt`.
std::optional<std::string> ceiling_share_text(const cell_result& cell, const std::string& doubt);
/// Of all such cells together.
std::string doubts_sentence(const run_result& result);

/// equal_costs.cpp
std::vector<equal_cost> equal_costs_of(const run_result& result);

/// unpinned.cpp: which round trips of an unpinned pair met on one CPU and what either kind takes;
/// empty for a pinned one.
std::string unpinned_sentence(const cell_result& cell, const repetition_figures& figures);

/// load.cpp
std::vector<load_view> load_views(const run_result& result);

/// party_tables.cpp: rates, fairness, latencies and costs by the number of processes.
std::vector<report_table> party_tables(const run_result& result);

/// closing.cpp
/// `view` has its groups and loads.
std::vector<closing_line> closing_lines(const run_result& result, const result_view& view);

/// machine.cpp
std::string moment_text(const std::string& utc);
std::string measured_sentence(const run_result& result);
std::string verdict_sentence(const run_result& result);
std::string host_line(const run_result& result);
std::vector<std::string> trust_sentences(const run_result& result);
std::vector<detectable_view> detectable_differences(const run_result& result);
std::vector<notice> notices_of(const run_result& result);

/// problems.cpp
std::vector<problem> problems_of(const run_result& result);
std::vector<named_reason> unavailable_mechanisms(const run_result& result);
std::vector<named_reason> partial_cells(const run_result& result);

/// comparisons.cpp
std::vector<comparison_view> comparison_views(const std::vector<named_result>& results);

}  // namespace ipcmark
