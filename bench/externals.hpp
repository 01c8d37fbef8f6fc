#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/worker/registry.hpp"

namespace ipcmark {

/// Reads the description of a mechanism whose worker is a program in another language, as
/// `ipcmark schema --external` defines it. Throws command_error with file, JSON pointer and remedy.
std::shared_ptr<const external_worker> read_external(const std::filesystem::path& file);

/// Takes the options --external FILE and --external=FILE out of `arguments` and registers what they
/// describe. Throws command_error.
void register_externals(std::vector<std::string>& arguments, registry& all);

/// Takes --command-producer and --command-consumer out of `arguments`, registers the two programs
/// as the mechanism `programs` and asks for it, its pattern and, where none is named, the placement
/// free. Throws command_error.
void register_programs(std::vector<std::string>& arguments, registry& all);

/// Those that come with ipcmark, from the folder beside this program or where it is installed.
void register_own_externals(registry& all);

/// The workers of those that `all` has, by their names. Refers to `all`.
std::function<const external_worker*(std::string_view)> externals_of(const registry& all);

}  // namespace ipcmark
