#pragma once

#include <filesystem>
#include <string_view>

namespace ipcmark {

/// A run's folder is called ipcmark-PID-XXXXXX and lies here: in $TMPDIR or /tmp.
std::filesystem::path temporary_root();
inline constexpr std::string_view run_prefix = "ipcmark-";
/// The file in it that the living run has locked by flock(2).
inline constexpr std::string_view lock_name = "lock";

}  // namespace ipcmark
