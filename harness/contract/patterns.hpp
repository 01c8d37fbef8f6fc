#pragma once

#include <optional>

#include "harness/contract/transport.hpp"

namespace ipcmark {

/// What a cell's verify and counting spawns do: the nearest pattern without a schedule; nullopt for
/// one that has no messages of its own to look at.
std::optional<pattern> plain_pattern(pattern kind);

}  // namespace ipcmark
