#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "harness/base/enum_names.hpp"
#include "harness/base/tree.hpp"
#include "harness/contract/patterns.hpp"
#include "harness/contract/vocabulary.hpp"

/// What a history keeps besides runs.
namespace ipcmark {

/// What is known of a change.
enum class change_state : std::uint8_t { detected, confirmed, accepted, ignored, fixed };

template <>
struct spelling<change_state> {
    static constexpr std::array words{std::pair{change_state::detected, "detected"},
                                      std::pair{change_state::confirmed, "confirmed"},
                                      std::pair{change_state::accepted, "accepted"},
                                      std::pair{change_state::ignored, "ignored"},
                                      std::pair{change_state::fixed, "fixed"}};
};

/// A change of level in one metric of one cell.
struct kept_change {
    std::int64_t id = 0;  // what `accept` and the others are given
    std::int64_t series = 0;
    std::string cell;
    pattern kind = pattern::round_trip;
    touch reads = touch::rw;
    std::string metric;
    std::int64_t last_good = 0;  // runs
    std::int64_t first_bad = 0;
    std::optional<std::int64_t> fixed_by;
    double ratio = 1;  // new level over old, as the figures read
    double adjusted_p = 1;
    bool worse = false;
    bool decides = false;  // by a primary metric
    change_state state = change_state::detected;
    std::string note;
};

/// Worse by a metric that decides, and nobody has said that it may be.
constexpr bool is_open(const kept_change& change) {
    return change.worse && change.decides &&
           (change.state == change_state::detected || change.state == change_state::confirmed);
}

struct fingerprint_facts {
    std::int64_t id = 0;
    std::string text;
    tree facts;
};

}  // namespace ipcmark
