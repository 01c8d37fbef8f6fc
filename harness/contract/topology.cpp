#include "harness/contract/topology.hpp"

#include <fmt/format.h>
#include <optional>
#include <stdexcept>

#include "harness/base/numbers.hpp"

namespace ipcmark {

namespace {

constexpr std::string_view how_to_write =
    "write 4:1 (producers:consumers), 1:3, or 4x1:1 (pairs at once)";

std::optional<unsigned> count_in(std::string_view text) {
    const auto count = whole_number<unsigned>(text);
    return count && *count > 0 ? count : std::nullopt;
}

}  // namespace

std::string party_counts::text() const {
    return fmt::format("{}{}:{}", pairs > 1 ? fmt::format("{}x", pairs) : "", before, after);
}

party_counts parse_parties(std::string_view text) {
    const auto refuse = [&](std::string_view why) {
        return std::invalid_argument(fmt::format("'{}' {}; {}", text, why, how_to_write));
    };
    std::string_view rest = text;
    party_counts counts;
    if (const auto times = rest.find('x'); times != std::string_view::npos) {
        const auto pairs = count_in(rest.substr(0, times));
        if (!pairs) throw refuse("does not say how many pairs");
        counts.pairs = *pairs;
        rest.remove_prefix(times + 1);
    }
    const auto colon = rest.find(':');
    if (colon == std::string_view::npos) throw refuse("is no number of parties");
    const auto before = count_in(rest.substr(0, colon));
    const auto after = count_in(rest.substr(colon + 1));
    if (!before || !after) throw refuse("is no number of parties");
    counts.before = *before;
    counts.after = *after;
    if (counts.pairs > 1 && (*before > 1 || *after > 1))
        throw refuse("asks for several of what is no pair");
    const auto all = std::uint64_t{counts.pairs} * (std::uint64_t{*before} + *after);
    if (all > party_counts::most_processes)
        throw refuse(fmt::format("is more than {} processes", party_counts::most_processes));
    return counts;
}

std::string channel_folder(std::size_t index) {
    return fmt::format("c{}", index);
}

std::string channel_name(std::string_view repetition_name, std::string_view folder) {
    return fmt::format("{}{}", repetition_name, folder);
}

}  // namespace ipcmark
