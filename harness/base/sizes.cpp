#include "harness/base/sizes.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>

namespace ipcmark {

namespace {

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 12> size_units{{
    {"", 1},
    {"B", 1},
    {"k", 1ull << 10},
    {"K", 1ull << 10},
    {"Ki", 1ull << 10},
    {"KiB", 1ull << 10},
    {"M", 1ull << 20},
    {"Mi", 1ull << 20},
    {"MiB", 1ull << 20},
    {"G", 1ull << 30},
    {"Gi", 1ull << 30},
    {"GiB", 1ull << 30},
}};

constexpr std::array<std::pair<std::string_view, double>, 5> time_units{
    {{"", 1}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}}};

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
    throw std::invalid_argument(fmt::format("payload '{}': {}", text, why));
}

}  // namespace

std::size_t parse_payload_bytes(std::string_view text) {
    std::uint64_t count = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, count);
    if (error == std::errc::invalid_argument)
        refuse(text, "a size is a whole number with an optional unit, such as 64, 4Ki or 1MiB");
    const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
    for (const auto& [word, factor] : size_units) {
        if (unit != word) continue;
        if (error == std::errc::result_out_of_range || count > largest_payload_bytes / factor)
            refuse(text, "above 1 GiB, the most that a cell may ask for");
        if (count == 0) refuse(text, "a message has at least 1 byte");
        return count * factor;
    }
    if (unit == "kB" || unit == "KB" || unit == "MB" || unit == "GB") {
        const std::string number(text.substr(0, text.size() - unit.size()));
        refuse(text, fmt::format("powers of 1000 or of 1024? Write {}{} for powers of 1024, or the "
                                 "number of bytes",
                                 number, unit.front()));
    }
    refuse(text, "unknown unit; use k, M, G or Ki, Mi, Gi, all of them powers of 1024");
}

std::string payload_text(std::size_t bytes) {
    constexpr std::size_t kibi = 1024;
    constexpr std::size_t mebi = kibi * kibi;
    if (bytes >= mebi && bytes % mebi == 0) return fmt::format("{} MiB", bytes / mebi);
    if (bytes >= kibi && bytes % kibi == 0) return fmt::format("{} KiB", bytes / kibi);
    return fmt::format("{} B", bytes);
}

double parse_duration_s(std::string_view text) {
    double count = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, count);
    const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
    if (error == std::errc{} && std::isfinite(count) && count > 0)
        for (const auto& [word, factor] : time_units)
            if (unit == word) return count * factor;
    throw std::invalid_argument(
        fmt::format("'{}' is no duration; write for example 250ms, 30s, 10m or 1h", text));
}

}  // namespace ipcmark
