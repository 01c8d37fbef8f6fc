#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace ipcmark {

struct text_style {
    bool colour = false;
    /// Bars and sparklines of block characters; otherwise of ASCII.
    bool utf8 = false;
};

/// Results as tables for a terminal: what wins, latency, throughput, costs, the other patterns,
/// then every cell that has no figure with its reason, and the trust line. The first of several
/// results is what the others are compared with.
std::string render_text(const std::vector<nlohmann::ordered_json>& results,
                        const text_style& style);

/// One result, in the characters that the locale of this process can show.
std::string render_text(const nlohmann::ordered_json& result, bool colour);

/// LC_ALL, LC_CTYPE and LANG in the order in which they rule.
bool locale_is_utf8();

}  // namespace ipcmark
