#include "reports/html.hpp"

#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <zlib.h>

#include "harness/base/fields.hpp"
#include "harness/base/json_text.hpp"
#include "reports/embedded.hpp"
#include "reports/pack.hpp"
#include "reports/view/words.hpp"

namespace ipcmark {

namespace {

constexpr std::string_view marker = "<!--IPCMARK_DATA-->";

/// zlib's format, which the browser's DecompressionStream("deflate") reads.
std::string deflated(const std::string& text) {
    uLongf size = compressBound(static_cast<uLong>(text.size()));
    std::string packed(size, '\0');
    // What is written once is sent and opened often.
    const int code = compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                               reinterpret_cast<const Bytef*>(text.data()),
                               static_cast<uLong>(text.size()), Z_BEST_COMPRESSION);
    if (code != Z_OK) throw std::runtime_error("zlib: compress2 failed");
    packed.resize(size);
    return packed;
}

std::string base64(std::string_view bytes) {
    static constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = group << 8 |
                    (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            text += at + i > bytes.size() ? '=' : letters[group >> (18 - 6 * i) & 63U];
    }
    return text;
}

void append_block(std::string& to, std::string_view name, const std::string& json) {
    to += "<script type=\"application/octet-stream\" class=\"";
    to += name;
    to += "\">" + base64(deflated(json)) + "</script>\n";
}

std::string view_json(const view_model& model) {
    tree view{{"words", words_tree()},
              {"results", detail::written(model.views)},
              {"comparisons", detail::written(model.comparisons)}};
    if (model.trends) view["trends"] = to_tree(*model.trends);
    return json_text(view, -1, true);
}

}  // namespace

std::string render_html(const view_model& model) {
    const std::string_view page = page_template();
    const auto at = page.find(marker);
    if (at == std::string_view::npos)
        throw std::runtime_error("this build has no report page: " + std::string(why_no_page()));
    std::string html(page.substr(0, at));
    append_block(html, "ipcmark-view", view_json(model));
    for (const auto& each : model.results)
        append_block(html, "ipcmark-result", pack_result(each.result));
    html += page.substr(at + marker.size());
    return html;
}

}  // namespace ipcmark
