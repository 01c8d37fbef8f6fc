#pragma once

#include "harness/worker/registry.hpp"

namespace ipcmark {

/// Every mechanism of this build, in the order of transports/CMakeLists.txt.
void register_all(registry& all);

}  // namespace ipcmark
