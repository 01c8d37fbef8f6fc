#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace ipcmark {

/// Results as GitHub Markdown for a pull request: what wins, one open table, the others folded.
/// The first of several results is what the others are compared with. Stays below the 65,536
/// characters of a comment by leaving tables out, and says so.
std::string render_markdown(const std::vector<nlohmann::ordered_json>& results, bool utf8 = true);

}  // namespace ipcmark
