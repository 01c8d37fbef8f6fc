#include "harness/posix/robust_mutex.hpp"

#include <cerrno>

#include "harness/posix/error.hpp"

namespace ipcmark {

namespace {
void require(int error, const char* operation) {
    if (error != 0) throw call_failed(error, operation);
}
}  // namespace

robust_mutex::robust_mutex() {
    pthread_mutexattr_t attributes;
    require(::pthread_mutexattr_init(&attributes), "pthread_mutexattr_init");
    int error = ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (error == 0) error = ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    if (error == 0) error = ::pthread_mutex_init(&mutex_, &attributes);
    ::pthread_mutexattr_destroy(&attributes);
    require(error, "pthread_mutex_init (process-shared, robust)");
}

void robust_mutex::lock() {
    const int error = ::pthread_mutex_lock(&mutex_);
    if (error == EOWNERDEAD)
        require(::pthread_mutex_consistent(&mutex_), "pthread_mutex_consistent");
    else
        require(error, "pthread_mutex_lock");
}

void robust_mutex::unlock() noexcept {
    ::pthread_mutex_unlock(&mutex_);
}

bool robust_mutex::is_free() noexcept {
    const int error = ::pthread_mutex_trylock(&mutex_);
    if (error == EOWNERDEAD) ::pthread_mutex_consistent(&mutex_);
    if (error != 0 && error != EOWNERDEAD) return false;
    ::pthread_mutex_unlock(&mutex_);
    return true;
}

}  // namespace ipcmark
