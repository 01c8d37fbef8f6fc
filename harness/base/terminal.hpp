#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// All that the tree knows of terminals: ci/escapes.py holds that nobody else asks or writes any of
/// it.
namespace ipcmark {

/// Escape sequences of a painter.
namespace escape {
inline constexpr std::string_view bold = "\x1b[1m";
inline constexpr std::string_view dim = "\x1b[2m";
inline constexpr std::string_view red = "\x1b[31m";
inline constexpr std::string_view green = "\x1b[32m";
inline constexpr std::string_view yellow = "\x1b[33m";
inline constexpr std::string_view cyan = "\x1b[36m";
inline constexpr std::string_view grey = "\x1b[90m";
inline constexpr std::string_view bold_red = "\x1b[1;31m";
}  // namespace escape

/// Whether `fd` is a terminal that understands escape sequences: TERM is set and not dumb.
bool is_capable_terminal(int fd);

/// Whether text for `fd` may be coloured: a terminal, TERM not dumb, NO_COLOR unset or empty.
bool colour_wanted(int fd);

/// Wraps text in an escape sequence, where colours are wanted.
class painter {
public:
    explicit painter(bool colour) : colour_(colour) {}
    std::string operator()(std::string_view escape, std::string_view text) const;
    std::string bold(std::string_view text) const { return (*this)(escape::bold, text); }
    std::string dim(std::string_view text) const { return (*this)(escape::dim, text); }

private:
    bool colour_;
};

/// What takes the place of the terminal's present line: the text, cut so that it keeps within one
/// line of so many columns. Of an empty one the line is left empty.
std::string in_place_of_line(std::string_view text, std::size_t columns);

/// How wide the terminal at `fd` is; nothing where it is none or does not tell.
std::optional<std::size_t> window_columns(int fd);

/// The same for text that is wrapped, by COLUMNS where it is set: at least 60; 100 where it is not
/// known.
std::size_t terminal_columns(int fd);

/// Breaks at spaces so that lines with the indent keep within so many columns; the first line is
/// not indented.
std::string wrapped(std::string text, std::size_t indent, std::size_t columns = 100);

/// "1 warning", "2 warnings".
std::string counted(std::uint64_t n, std::string_view thing, std::string_view plural_end = "s");

/// "now", "40 s", "5 min", "3 h", "12 days".
std::string age_text(std::int64_t seconds);

}  // namespace ipcmark
