#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/enum_names.hpp"

/// More than a pair: how many processes of each role, and what connects them.
namespace ipcmark {

/// "4:1" is four producers and one consumer, "1:20" one and twenty; of round trips that is one
/// server and its clients. "4x1:1" is four pairs at once that have nothing to do with each other.
struct party_counts {
    unsigned pairs = 1;  // at once; above 1 only of "1:1"
    unsigned before = 1;
    unsigned after = 1;

    static constexpr unsigned most_processes = 128;

    constexpr bool is_pair() const { return pairs == 1 && before == 1 && after == 1; }
    constexpr unsigned processes() const { return pairs * (before + after); }
    std::string text() const;

    friend bool operator==(const party_counts&, const party_counts&) = default;
};

/// Throws std::invalid_argument with a sentence.
party_counts parse_parties(std::string_view text);

/// What carries the messages of a cell's processes.
enum class topology : std::uint8_t {
    pair,       // of two: one channel
    pairs,      // a channel to each pair
    shared,     // one object, into which all send and out of which all receive
    separate,   // a channel to each producer; one consumer serves them all
    broadcast,  // one object; each consumer gets every message
};

template <>
struct spelling<topology> {
    static constexpr std::array words{
        std::pair{topology::pair, "pair"}, std::pair{topology::pairs, "pairs"},
        std::pair{topology::shared, "shared"}, std::pair{topology::separate, "separate"},
        std::pair{topology::broadcast, "broadcast"}};
};

/// Who takes part in a repetition, by position among its parties, as one of them sees it.
struct membership {
    topology how = topology::pair;
    std::vector<std::size_t> producers{0};
    std::vector<std::size_t> consumers{1};
    std::size_t index = 0;  // one's own among those of its side

    bool one_object() const { return how == topology::shared || how == topology::broadcast; }
};

/// Sequence numbers of a source lie this far from those of the one before it, so that a message
/// tells whose it is: what several send into one object has one tag, and the flipped highest bit
/// stays the mark of a phase's end.
inline constexpr unsigned source_shift = 48;
constexpr std::uint64_t source_offset(std::size_t index) {
    return std::uint64_t{index} << source_shift;
}

/// Of the channel to one of several: the name in the system, and the folder in the repetition's
/// own, by which the sweep finds such names again.
std::string channel_name(std::string_view repetition_name, std::string_view folder);
std::string channel_folder(std::size_t index);

}  // namespace ipcmark
