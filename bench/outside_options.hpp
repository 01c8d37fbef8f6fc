#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ipcmark {

/// Takes `flag FILE` and `flag=FILE` out of `arguments`, wherever they stand: what brings
/// mechanisms is an option of every command. Throws command_error where the file is missing.
std::vector<std::string> take_files(std::vector<std::string>& arguments, std::string_view flag);

}  // namespace ipcmark
