#pragma once

#include <string_view>
#include <vector>

#include "reports/view/view_model.hpp"

/// Metrics that make up another one, drawn as a stacked bar.
namespace ipcmark {

struct stack_info {
    std::string_view name;
    std::string_view whole;  // a metric; empty: the sum of the parts' medians, which no table shows
    std::vector<std::string_view> parts;  // metrics, in the order of what happens
    std::string_view beside;              // a metric that is no part of it; empty: none
};

const std::vector<stack_info>& stacks();

/// Throws std::out_of_range.
const stack_info& stack_named(std::string_view name);

/// Those of a cell that have a total. Medians of parts need not add up to the median of the whole:
/// the bar keeps the whole, the parts their shares of it. One whose parts are not all known has
/// none; setup, which has no whole, those that it has.
std::vector<stack_view> stacks_of(const cell_result& cell);

}  // namespace ipcmark
