#pragma once

#include <string>

#include "reports/view/view_model.hpp"

namespace ipcmark {

/// Results for a spreadsheet (RFC 4180, ASCII separators, full precision): one row per cell and
/// figure; a cell without figures keeps one row with its reason. With several results the first
/// column is their name.
std::string render_csv(const view_model& model);

/// Quoted where needed; a name that a spreadsheet would run as a formula gets a leading quote.
std::string csv_field(const std::string& text);

}  // namespace ipcmark
