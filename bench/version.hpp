#pragma once

#include <string>

#include "harness/result/run_info.hpp"

namespace ipcmark {

/// "0.1.0+g1a2b3c4", "-dirty" appended where the tree had changes.
std::string version_text();

/// How this program was built, as results keep it.
build_facts facts_of_build();

/// Whether figures of this build mean anything: NDEBUG, an optimising build type, no sanitizer.
bool build_is_optimised();

}  // namespace ipcmark
