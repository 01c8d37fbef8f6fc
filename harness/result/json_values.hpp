#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace ipcmark {

/// A value that may be missing: null, never a stand-in.
template <class T>
nlohmann::ordered_json or_null(const std::optional<T>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

/// What several figures of the same thing have in common, as every summary in a document: median,
/// its interval by order statistics, extremes. `of` says what the figures are: "spawns", "samples".
/// Null when there are none.
nlohmann::ordered_json summary_block(const std::vector<double>& values, std::string_view of,
                                     std::string_view unit, std::string_view better,
                                     std::string_view source);

}  // namespace ipcmark
