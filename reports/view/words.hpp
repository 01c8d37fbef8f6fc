#pragma once

#include <string_view>

#include "harness/analysis/comparison.hpp"
#include "harness/analysis/standings.hpp"
#include "harness/base/tree.hpp"
#include "harness/contract/vocabulary.hpp"

/// What people read where files hold words.
namespace ipcmark {

std::string_view title_of(placement place);
std::string_view title_of(touch reads);
std::string_view title_of(status ended);
std::string_view title_of(waiting waits);
std::string_view title_of(change verdict);

/// A few letters in place of a figure that is not there.
std::string_view absence_of(const cell_result& cell);

/// Every table of words for the page: patterns, metrics, placements, touches, statuses, waits and
/// verdicts, each with its title.
tree words_tree();

}  // namespace ipcmark
