#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ipcmark {

inline constexpr std::size_t largest_payload_bytes = std::size_t{1} << 30;

/// "64", "4k", "4K", "4Ki", "4KiB", "1M", "1Gi": powers of 1024, as fio and dd read them. Throws
/// std::invalid_argument with a full sentence for anything else ("4kB" is asked about), for 0, and
/// above largest_payload_bytes.
std::size_t parse_payload_bytes(std::string_view text);

/// "64 B", "4 KiB", "1 MiB"; sizes that are no whole number of the unit stay in bytes.
std::string payload_text(std::size_t bytes);

/// "250ms", "30s", "10m", "1h" in seconds. Throws std::invalid_argument.
double parse_duration_s(std::string_view text);

}  // namespace ipcmark
