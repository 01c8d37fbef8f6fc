#include "reports/html.hpp"

#include <stdexcept>

#include "reports/embedded.hpp"

namespace ipcmark {

namespace {

constexpr std::string_view marker = "<!--IPCMARK_DATA-->";

/// JSON inside a script element: the HTML parser must not see a '<'.
std::string script_safe(const std::string& json) {
    std::string result;
    result.reserve(json.size());
    for (const char c : json) {
        if (c == '<')
            result += "\\u003c";
        else
            result += c;
    }
    return result;
}

}  // namespace

std::string render_html(const std::vector<nlohmann::ordered_json>& results) {
    const std::string_view page = page_template();
    const auto at = page.find(marker);
    if (at == std::string_view::npos)
        throw std::runtime_error("this build has no report page: " + std::string(why_no_page()));
    std::string html(page.substr(0, at));
    for (const auto& result : results) {
        html += "<script type=\"application/json\" class=\"ipcmark-result\">";
        html += script_safe(
            result.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace));
        html += "</script>\n";
    }
    html += page.substr(at + marker.size());
    return html;
}

}  // namespace ipcmark
