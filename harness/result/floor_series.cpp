#include "harness/result/floor_series.hpp"

#include <algorithm>

namespace ipcmark {

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
