#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/analysis/ab_judgement.hpp"
#include "harness/result/ab_result.hpp"

/// What is said of two variants, for those who read no page.
namespace ipcmark {

/// What changed, a line each, then the verdict: the last lines of every format.
std::vector<std::string> ab_answer(const ab_result& compared, const ab_judgement& judged);

/// Commands of GitHub's log, one a line: ::error for what regressed, ::warning for what is
/// undecided or only warns, at most ten of each.
std::string github_annotations(const ab_result& compared, const ab_judgement& judged);

/// What a later run looks for to replace its comment.
inline constexpr std::string_view comment_marker = "<!-- ipcmark ab -->";

/// Markdown for a step's summary or a comment, with that marker: the verdict, what changed, the
/// rest folded. Cut, and said so, where it would be longer than `most_bytes`.
std::string render_ab_markdown(const ab_result& compared, const ab_judgement& judged,
                               std::size_t most_bytes);

/// JUnit's XML: a test case for each figure that decides, failed where it regressed, skipped where
/// it is undecided; and one for each cell without figures.
std::string render_junit(const ab_result& compared, const ab_judgement& judged);

}  // namespace ipcmark
