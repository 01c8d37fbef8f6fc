#pragma once

#include <cstddef>
#include <string>

namespace ipcmark {

/// Text of a file as other programs may have left it: gzip is unpacked, UTF-16 (with a byte order
/// mark, as PowerShell writes it) becomes UTF-8. Throws std::runtime_error that names the remedy:
/// for other packings, for what is broken, and for more than `limit_bytes` once unpacked.
std::string decoded(std::string bytes, const std::string& file_name, std::size_t limit_bytes);

}  // namespace ipcmark
