#include "harness/base/posix/robust_mutex.hpp"

#include <cerrno>

#include "harness/base/posix/error.hpp"
#include "harness/base/posix/process_shared.hpp"

namespace ipcmark {

namespace {
void require(int error, const char* operation) {
    if (error != 0) throw call_failed(error, operation);
}
}  // namespace

robust_mutex::robust_mutex() {
    init_shared_mutex(mutex_, true);
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
