#pragma once

#include <string>

#include "reports/view/view_model.hpp"

namespace ipcmark {

/// Results as GitHub Markdown for a pull request: the answers, one open table, the others folded.
/// Of several the later ones are compared with the first. Stays below the 65,536 characters of a
/// comment by leaving tables out, and says so.
std::string render_markdown(const view_model& model);

/// Of several results nothing but what the comparisons say.
std::string render_comparisons_markdown(const view_model& model);

}  // namespace ipcmark
