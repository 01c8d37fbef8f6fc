#pragma once

#include <string>
#include <vector>

#include "bench/subcommand.hpp"

namespace ipcmark {

/// What `ipcmark COMMAND --help` prints.
std::string help_text_of(const subcommand& command, const registry& mechanisms);

/// The long options in a help text, each once: "--payload".
std::vector<std::string> options_in(const std::string& help);

}  // namespace ipcmark
