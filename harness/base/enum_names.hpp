#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace ipcmark {

/// The one spelling of each word in cell names, flags and files.
template <class Enum>
struct spelling;

template <class Enum>
constexpr std::string_view to_word(Enum value) {
    for (const auto& [member, word] : spelling<Enum>::words)
        if (member == value) return word;
    return "?";
}

template <class Enum>
constexpr std::optional<Enum> from_word(std::string_view text) {
    for (const auto& [member, word] : spelling<Enum>::words)
        if (text == word) return member;
    return std::nullopt;
}

}  // namespace ipcmark
