#pragma once

#include <cstddef>
#include <string>

#include "reports/view/view_model.hpp"

namespace ipcmark {

struct text_style {
    bool colour = false;
    /// Characters beyond ASCII, such as the plus-minus sign.
    bool utf8 = false;
    /// Columns that do not fit are left out, and named.
    std::size_t columns = 100;
    /// Every table and answer instead of the few that say most.
    bool all_tables = false;
    /// Why cells have no figure, each reason in full; else one line each.
    bool problems = false;
    /// What it ends with takes no more lines, unless the columns are very few.
    std::size_t closing_lines = 9;
};

/// Results as tables for a terminal, the answers and how far to trust them last. Of several the
/// later ones are compared with the first.
std::string render_text(const view_model& model, const text_style& style);

/// LC_ALL, LC_CTYPE and LANG in the order in which they rule.
bool locale_is_utf8();

}  // namespace ipcmark
