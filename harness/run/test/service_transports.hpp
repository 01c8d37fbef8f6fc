#pragma once

#include "harness/worker/registry.hpp"

namespace ipcmark {

/// Mechanisms that need a service of this test, all over one kind of socket.
void register_service_transports(registry& all);

/// How often the services of this process were started.
int service_starts();

}  // namespace ipcmark
