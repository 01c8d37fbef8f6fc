#pragma once

#include <string>
#include <vector>

#include "harness/analysis/ab_judgement.hpp"
#include "harness/result/ab_result.hpp"
#include "reports/view/comparison_view.hpp"

namespace ipcmark {

/// "pipe", or where both sides have the same label "A (pipe)".
std::string side_name(const ab_result& compared, std::size_t side);

/// "p50 of round_trip/pipe/64/cross: 28.4 us, then 30.4 us, 1.07x [1.02 .. 1.12]".
std::string figure_sentence(const ab_result& compared, const ab_figure& figure);

/// The verdict over all figures that decide: "B against A: ...".
std::string verdict_sentence(const ab_result& compared, const ab_judgement& judged);

/// What the verdict rests on: pairs, the effect of the order, the controls.
std::string grounds_sentence(const ab_result& compared, const ab_judgement& judged);

/// By pattern and metric, those that decide first.
comparison_view ab_comparison_view(const ab_result& compared, const ab_judgement& judged);

}  // namespace ipcmark
