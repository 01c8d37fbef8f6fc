#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace ipcmark {

/// One self-contained page that shows the given results; a pure function of them. Throws
/// std::runtime_error, saying what to install, when this build has no page.
std::string render_html(const std::vector<nlohmann::ordered_json>& results);

}  // namespace ipcmark
