#include "harness/result/floor_series.hpp"

#include <algorithm>

namespace ipcmark {

std::optional<std::size_t> floor_block_bytes(std::size_t payload_bytes) {
    constexpr std::size_t line_bytes = 64;
    constexpr std::size_t least_block_bytes = 4096;
    if (payload_bytes <= line_bytes) return std::nullopt;
    return std::max(payload_bytes, least_block_bytes);
}

void floor_log::add(const series& to, std::uint64_t round, double figure) {
    auto at = std::find_if(all_.begin(), all_.end(), [&](const series& each) {
        return each.name == to.name && each.place == to.place && each.block_bytes == to.block_bytes;
    });
    if (at == all_.end()) {
        all_.push_back(to);
        all_.back().samples.clear();
        at = std::prev(all_.end());
    }
    at->samples.emplace_back(round, figure);
}

}  // namespace ipcmark
