#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace ipcmark {

/// Reads at most `limit_bytes` of a file, trailing white space removed; nullopt when it cannot be
/// opened or read (errno tells). Works for procfs and sysfs, whose sizes read as 0.
std::optional<std::string> read_text(const std::filesystem::path& file,
                                     std::size_t limit_bytes = std::size_t{64} << 10);

/// The first whole number in a file.
std::optional<std::int64_t> read_number(const std::filesystem::path& file);

/// Reads a whole input file. Throws call_failed; refuses more than `limit_bytes`.
std::string read_input(const std::filesystem::path& file, std::size_t limit_bytes);

}  // namespace ipcmark
