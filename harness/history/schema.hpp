#pragma once

#include <filesystem>
#include <span>

#include "harness/history/database.hpp"

namespace ipcmark {

/// What makes a store of each version from the one before: the first makes it from nothing.
std::span<const char* const> history_schema();

/// Brings a store to the last of these steps, in one transaction. Throws history_error for a newer
/// one and for a database of somebody else.
void migrate(const database& store, const std::filesystem::path& file,
             std::span<const char* const> steps);

}  // namespace ipcmark
