#pragma once

#include <pthread.h>

namespace ipcmark {

/// Each makes a process-shared pthread object at the given place in shared memory, and throws
/// call_failed when it cannot.
void init_shared_mutex(pthread_mutex_t& mutex, bool robust = false);
/// Its timed waits are against CLOCK_MONOTONIC.
void init_shared_cond(pthread_cond_t& condition);
void init_shared_barrier(pthread_barrier_t& barrier, unsigned parties);

}  // namespace ipcmark
