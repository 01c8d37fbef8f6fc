#pragma once

#include "reports/view/view_model.hpp"

/// What view_of puts together.
namespace ipcmark {

/// groups.cpp
std::vector<group_view> group_views(const run_result& result);

/// More than anybody reads, less than would fill the page.
double four_digits(double ratio);

/// repetitions.cpp: by the result's cells.
std::vector<std::optional<repetitions_view>> repetitions_views(
    const run_result& result, const std::vector<group_view>& groups);

/// answers.cpp: `group` has its cells and columns.
std::vector<answer> answers_of(const run_result& result, const repetition_figures& figures,
                               const cell_group& cells, const group_view& group);

/// unpinned.cpp: which round trips of an unpinned pair met on one CPU and what either kind takes;
/// empty for a pinned one.
std::string unpinned_sentence(const cell_result& cell, const repetition_figures& figures);

/// load.cpp
std::vector<load_view> load_views(const run_result& result);

/// machine.cpp
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
