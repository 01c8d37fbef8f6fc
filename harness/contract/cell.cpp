#include "harness/contract/cell.hpp"

#include <algorithm>

namespace ipcmark {

std::string cell::name() const {
    std::string text(to_word(kind));
    text += '/' + transport + '/' + std::to_string(payload_bytes) + '/';
    text += to_word(place);
    if (!among.is_pair()) text += "/parties=" + among.text();
    if (!varied.suffix.empty()) text += '/' + varied.suffix;
    return text;
}

std::size_t default_depth(std::size_t payload_bytes) {
    constexpr std::size_t queue_bytes = std::size_t{1} << 20;
    constexpr std::size_t most_bytes = std::size_t{16} << 20;
    const std::size_t message_bytes = std::max<std::size_t>(payload_bytes, 1);
    const auto depth = std::clamp<std::size_t>(queue_bytes / message_bytes, 16, 1024);
    return std::max<std::size_t>(std::min(depth, most_bytes / message_bytes), 4);
}

}  // namespace ipcmark
