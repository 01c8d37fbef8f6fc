#include "harness/contract/cell.hpp"

#include <algorithm>

namespace ipcmark {

std::string cell::name() const {
    std::string text(to_word(kind));
    text += '/' + transport + '/' + std::to_string(payload_bytes) + '/';
    text += to_word(place);
    if (!varied.suffix.empty()) text += '/' + varied.suffix;
    return text;
}

std::size_t default_depth(std::size_t payload_bytes) {
    constexpr std::size_t queue_bytes = std::size_t{256} << 10;
    return std::clamp<std::size_t>(queue_bytes / std::max<std::size_t>(payload_bytes, 1), 4, 1024);
}

}  // namespace ipcmark
