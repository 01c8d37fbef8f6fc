#pragma once

#include "harness/worker/registry.hpp"

namespace ipcmark {

/// The queues of bare_queues.hpp as mechanisms, for against_bare alone: the same loops, payloads
/// and instrument as ours, so that nothing but the queue differs.
void register_contenders(registry& all);

}  // namespace ipcmark
