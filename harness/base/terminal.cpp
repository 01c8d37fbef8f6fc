#include "harness/base/terminal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace ipcmark {

bool is_capable_terminal(int fd) {
    const char* kind = std::getenv("TERM");
    return kind != nullptr && std::string_view(kind) != "dumb" && ::isatty(fd) == 1;
}

bool colour_wanted(int fd) {
    const char* no_colour = std::getenv("NO_COLOR");
    const bool refused = no_colour != nullptr && *no_colour != '\0';
    return !refused && is_capable_terminal(fd);
}

std::string painter::operator()(std::string_view escape, std::string_view text) const {
    return colour_ ? fmt::format("{}{}\x1b[0m", escape, text) : std::string(text);
}

std::string in_place_of_line(std::string_view text, std::size_t columns) {
    constexpr std::string_view clear_line = "\r\x1b[K";
    // A full last column would break the line on some terminals.
    return std::string(clear_line) + std::string(text.substr(0, columns > 0 ? columns - 1 : 0));
}

std::optional<std::size_t> window_columns(int fd) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
    return size.ws_col;
}

std::size_t terminal_columns(int fd) {
    constexpr std::size_t least = 60;
    constexpr std::size_t usual = 100;
    constexpr std::size_t most = 10'000;
    const char* told = std::getenv("COLUMNS");
    std::size_t columns = 0;
    if (told != nullptr) std::from_chars(told, told + std::string_view(told).size(), columns);
    if (columns == 0 || columns > most) columns = window_columns(fd).value_or(usual);
    return std::max(columns, least);
}

namespace {

/// Whether the word that begins at `at` is the unit of the number before it.
bool is_unit_at(const std::string& text, std::size_t at) {
    constexpr std::array<std::string_view, 23> units{
        "%",   "ns",  "us",  "ms",   "s",    "min",  "h",  "B",   "kB",  "MB",  "GB",  "KiB",
        "MiB", "GiB", "B/s", "kB/s", "MB/s", "GB/s", "/s", "k/s", "M/s", "G/s", "CPUs"};
    if (at < 2 || text[at - 2] < '0' || text[at - 2] > '9') return false;
    const auto end = text.find_first_of(" ,.;:)", at);
    const auto word = std::string_view(text).substr(at, std::min(end, text.size()) - at);
    return std::find(units.begin(), units.end(), word) != units.end();
}

}  // namespace

std::string wrapped(std::string text, std::size_t indent, std::size_t columns) {
    const std::size_t room = columns > indent ? columns - indent : 1;
    for (std::size_t line = 0; text.size() - line > room;) {
        auto at = text.rfind(' ', line + room);
        while (at != std::string::npos && at > line && is_unit_at(text, at + 1))
            at = text.rfind(' ', at - 1);
        if (at == std::string::npos || at <= line) at = text.find(' ', line + room);
        if (at == std::string::npos) break;
        text.replace(at, 1, "\n" + std::string(indent, ' '));
        line = at + 1 + indent;
    }
    return text;
}

std::string counted(std::uint64_t n, std::string_view thing, std::string_view plural_end) {
    return fmt::format("{} {}{}", n, thing, n == 1 ? "" : plural_end);
}

std::string age_text(std::int64_t seconds) {
    constexpr std::int64_t minute = 60, hour = 60 * minute, day = 24 * hour;
    constexpr std::array units{std::pair{day, "days"}, std::pair{hour, "h"},
                               std::pair{minute, "min"}, std::pair{std::int64_t{1}, "s"}};
    for (const auto& [length, word] : units)
        if (seconds >= 2 * length) return fmt::format("{} {}", seconds / length, word);
    return "now";
}

}  // namespace ipcmark
