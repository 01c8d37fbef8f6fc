#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ipcmark {

/// The whole text as a decimal whole number; nullopt for anything else and beyond the type.
template <std::integral Number = std::int64_t>
std::optional<Number> whole_number(std::string_view text) {
    Number value{};
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && rest == end ? std::optional(value) : std::nullopt;
}

/// The same within bounds. Throws std::invalid_argument with a sentence that names them; `what`
/// ("messages") says of what, and may be empty.
template <std::integral Number>
Number whole_number(std::string_view text, Number least, Number most, std::string_view what = {}) {
    const auto value = whole_number<Number>(text);
    if (value && *value >= least && *value <= most) return *value;
    throw std::invalid_argument("'" + std::string(text) + "': a whole number " +
                                (what.empty() ? "" : "of " + std::string(what) + " ") + "from " +
                                std::to_string(least) + " to " + std::to_string(most) +
                                " is needed");
}

}  // namespace ipcmark
