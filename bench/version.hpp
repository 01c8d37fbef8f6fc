#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace ipcmark {

/// "0.1.0+g1a2b3c4", "-dirty" appended where the tree had changes.
std::string version_text();

/// The build block of a result: version, type, flags, compiler, libraries, git revision.
nlohmann::ordered_json build_block();

/// Whether figures of this build mean anything: NDEBUG, an optimising build type, no sanitizer.
bool build_is_optimised();

}  // namespace ipcmark
