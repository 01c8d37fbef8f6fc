#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "harness/result/run_result.hpp"

namespace ipcmark {

/// The folder that a flag names; where it is empty $XDG_DATA_HOME/ipcmark or
/// ~/.local/share/ipcmark. Throws command_error where neither is known.
std::filesystem::path history_folder(const std::string& asked);

/// Takes the names of cells that a regular expression matches; an empty one takes all. Throws
/// command_error.
std::function<bool(const std::string& cell)> cell_filter(const std::string& expression);

}  // namespace ipcmark
