#include "harness/base/posix/process_shared.hpp"

#include <ctime>

#include "harness/base/posix/error.hpp"

namespace ipcmark {

namespace {
void succeed(int error, const char* operation) {
    if (error != 0) throw call_failed(error, operation);
}
}  // namespace

void init_shared_mutex(pthread_mutex_t& mutex, bool robust) {
    pthread_mutexattr_t attributes;
    succeed(::pthread_mutexattr_init(&attributes), "pthread_mutexattr_init");
    succeed(::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED),
            "pthread_mutexattr_setpshared");
    if (robust)
        succeed(::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST),
                "pthread_mutexattr_setrobust");
    succeed(::pthread_mutex_init(&mutex, &attributes), "pthread_mutex_init");
    ::pthread_mutexattr_destroy(&attributes);
}

void init_shared_cond(pthread_cond_t& condition) {
    pthread_condattr_t attributes;
    succeed(::pthread_condattr_init(&attributes), "pthread_condattr_init");
    succeed(::pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED),
            "pthread_condattr_setpshared");
    succeed(::pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC), "pthread_condattr_setclock");
    succeed(::pthread_cond_init(&condition, &attributes), "pthread_cond_init");
    ::pthread_condattr_destroy(&attributes);
}

void init_shared_barrier(pthread_barrier_t& barrier, unsigned parties) {
    pthread_barrierattr_t attributes;
    succeed(::pthread_barrierattr_init(&attributes), "pthread_barrierattr_init");
    succeed(::pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED),
            "pthread_barrierattr_setpshared");
    succeed(::pthread_barrier_init(&barrier, &attributes, parties), "pthread_barrier_init");
    ::pthread_barrierattr_destroy(&attributes);
}

}  // namespace ipcmark
