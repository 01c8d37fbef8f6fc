#include "harness/contract/patterns.hpp"

namespace ipcmark {

std::optional<pattern> plain_pattern(pattern kind) {
    switch (kind) {
        case pattern::round_trip:
        case pattern::decompose:
            return pattern::round_trip;
        case pattern::setup:
        case pattern::switch_ring:
            return std::nullopt;
        default:
            return pattern::one_way;
    }
}

}  // namespace ipcmark
