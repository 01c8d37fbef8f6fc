#pragma once

#include <optional>
#include <string>
#include <vector>

namespace ipcmark {

/// A bar of at most `width` cells, `share` of it full, padded with spaces to the width.
std::string bar_text(double share, std::size_t width, bool utf8);

/// One character a value, low to high on a log scale; a space where there is none.
std::string sparkline(const std::vector<std::optional<double>>& values, bool utf8);

}  // namespace ipcmark
