#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "reports/view/view_model.hpp"

namespace ipcmark {

/// What a word in a cell's `flags` says. Flags describe a cell and never drop it.
struct cell_flag {
    std::string_view word;
    std::string_view meaning;
};

/// Every flag that analysis gives, by its word.
std::span<const cell_flag> cell_flags();

/// Of the flags that change how a median of round trips is read: which cells have them, the
/// instrument left out.
std::vector<notice> flag_notices_of(const run_result& result);

}  // namespace ipcmark
