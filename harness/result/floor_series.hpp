#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/contract/vocabulary.hpp"

namespace ipcmark {

/// The block by which the bytes of such a payload are held against a floor, at least 4 KiB, so that
/// calls and flags do not count as bytes. nullopt: the payload comes with the cache line that says
/// it is there.
std::optional<std::size_t> floor_block_bytes(std::size_t payload_bytes);

/// What the floor probes said in the course of a run.
class floor_log {
public:
    struct series {
        std::string name;
        std::string unit;
        std::string meaning;
        std::optional<placement> place;
        std::optional<std::size_t> block_bytes;
        std::vector<std::pair<std::uint64_t, double>> samples;  // rounds done by then, figure
    };

    /// `to` tells the series apart; its samples are ignored.
    void add(const series& to, std::uint64_t round, double figure);

    const std::vector<series>& all() const noexcept { return all_; }

private:
    std::vector<series> all_;
};

}  // namespace ipcmark
