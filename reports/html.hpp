#pragma once

#include <string>

#include "reports/view/view_model.hpp"

namespace ipcmark {

/// One self-contained page; a pure function of the model. Embedded in it, as deflated JSON of ASCII
/// only: the words, views and comparisons, and each result as pack.hpp says. Throws
/// std::runtime_error, saying what to install, when this build has no page.
std::string render_html(const view_model& model);

}  // namespace ipcmark
