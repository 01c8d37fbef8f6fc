#include "reports/xml.hpp"

namespace ipcmark {

std::string xml_text(std::string_view text) {
    std::string escaped;
    for (const char c : text)
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            default:
                escaped += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
    return escaped;
}

}  // namespace ipcmark
