#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ipcmark {

/// Takes `flag VALUE` and `flag=VALUE` out of `arguments`, wherever they stand: what brings
/// mechanisms is an option of every command. Throws command_error where the value is missing, which
/// is `what`: "a file".
std::vector<std::string> take_values(std::vector<std::string>& arguments, std::string_view flag,
                                     std::string_view what);

}  // namespace ipcmark
