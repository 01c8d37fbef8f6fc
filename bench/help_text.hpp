#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/subcommand.hpp"

namespace ipcmark {

/// What `ipcmark COMMAND --help` prints.
std::string help_text_of(const subcommand& command, const registry& mechanisms);

/// guide.md, which `ipcmark help guide` prints.
std::string_view guide_text();

/// The long options in a help text, each once: "--payload".
std::vector<std::string> options_in(const std::string& help);

}  // namespace ipcmark
