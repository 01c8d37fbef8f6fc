#include "reports/bars.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace ipcmark {

namespace {

constexpr std::array<const char*, 8> eighths{"\u258f", "\u258e", "\u258d", "\u258c",
                                             "\u258b", "\u258a", "\u2589", "\u2588"};
constexpr std::array<const char*, 8> steps{"\u2581", "\u2582", "\u2583", "\u2584",
                                           "\u2585", "\u2586", "\u2587", "\u2588"};
constexpr std::array<const char*, 8> ascii_steps{"_", ".", "-", "=", "+", "*", "%", "#"};

}  // namespace

std::string bar_text(double share, std::size_t width, bool utf8) {
    const double clipped = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0.0;
    // Whatever has a figure has a bar.
    const auto units = std::max<std::size_t>(
        1, static_cast<std::size_t>(std::lround(clipped * static_cast<double>(width * 8))));
    std::string text;
    std::size_t cells = units / 8;
    const std::size_t rest = units % 8;
    for (std::size_t i = 0; i < cells; ++i)
        text += utf8 ? eighths[7] : "#";
    if (utf8 && rest > 0) {
        text += eighths[rest - 1];
        ++cells;
    } else if (!utf8 && (rest >= 4 || cells == 0)) {
        text += '#';
        ++cells;
    }
    return text + std::string(width - std::min(cells, width), ' ');
}

std::string sparkline(const std::vector<std::optional<double>>& values, bool utf8) {
    std::optional<double> low, high;
    for (const auto& value : values) {
        if (!value || *value <= 0) continue;
        low = low ? std::min(*low, *value) : *value;
        high = high ? std::max(*high, *value) : *value;
    }
    std::string text;
    for (const auto& value : values) {
        if (!value || *value <= 0) {
            text += ' ';
            continue;
        }
        // A factor of two at least is the whole height: small changes must look small.
        const double span = std::max(std::log(*high / *low), std::log(2.0));
        const double share = std::log(*value / *low) / span;
        const auto step = static_cast<std::size_t>(std::lround(share * 7));
        text += utf8 ? steps[step] : ascii_steps[step];
    }
    return text;
}

}  // namespace ipcmark
