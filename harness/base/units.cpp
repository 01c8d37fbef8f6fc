#include "harness/base/units.hpp"

#include <array>
#include <cmath>
#include <fmt/format.h>

namespace ipcmark {

namespace {

std::string three_digits(double value) {
    const double size = std::abs(value);
    if (size >= 99.95) return fmt::format("{:.0f}", value);
    if (size >= 9.995) return fmt::format("{:.1f}", value);
    return fmt::format("{:.2f}", value);
}

template <std::size_t N>
std::string scaled(double value, const std::array<const char*, N>& units) {
    std::size_t unit = 0;
    while (std::abs(value) >= 999.5 && unit + 1 < N) {
        value /= 1000;
        ++unit;
    }
    return three_digits(value) + " " + units[unit];
}

}  // namespace

std::string time_text(double ns) {
    return scaled(ns, std::array<const char*, 4>{"ns", "us", "ms", "s"});
}

std::string bandwidth_text(double bytes_per_second) {
    return scaled(bytes_per_second,
                  std::array<const char*, 5>{"B/s", "kB/s", "MB/s", "GB/s", "TB/s"});
}

std::string bytes_text(double bytes) {
    return scaled(bytes, std::array<const char*, 5>{"B", "kB", "MB", "GB", "TB"});
}

std::string rate_text(double per_second) {
    return scaled(per_second, std::array<const char*, 4>{"/s", "k/s", "M/s", "G/s"});
}

std::string number_text(double value) {
    if (value == 0) return "0";
    if (std::abs(value) >= 0.01) return three_digits(value);
    return fmt::format("{:.2g}", value);
}

std::string share_text(double share) {
    if (share != 0 && std::abs(share) < 0.0005) return "<0.1 %";
    return fmt::format("{:.1f} %", 100 * share);
}

}  // namespace ipcmark
