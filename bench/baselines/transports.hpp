#pragma once

#include "harness/worker/registry.hpp"

namespace ipcmark {

/// The queues of queues.hpp and our own two as mechanisms, for compare_to_baseline alone: the same
/// loops, payloads and instrument, so that nothing but the queue differs. Each once as it is, once
/// with work before each send and once with work after each receive (NAME_slow_producer and
/// NAME_slow_consumer).
void register_contenders(registry& all);

}  // namespace ipcmark
