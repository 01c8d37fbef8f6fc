#pragma once

#include "harness/worker/registry.hpp"

namespace ipcmark {

/// Every mechanism of this build, in the order of transports/CMakeLists.txt.
void register_all(registry& all);
/// Those that need no library of another project, in the same order.
void register_lean(registry& all);

}  // namespace ipcmark
