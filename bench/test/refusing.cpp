// Preloaded by tests: the C library's calls that REFUSE names fail as a filter or a limit makes
// them.
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>

namespace {

bool refused(const char* call) {
    const char* named = std::getenv("REFUSE");
    return named != nullptr && std::strcmp(named, call) == 0;
}

template <class Function>
Function next(const char* call) {
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, call));
}

}  // namespace

extern "C" int sched_setaffinity(pid_t pid, std::size_t bytes, const cpu_set_t* set) noexcept {
    if (refused("sched_setaffinity")) {
        errno = EPERM;
        return -1;
    }
    return next<int (*)(pid_t, std::size_t, const cpu_set_t*)>("sched_setaffinity")(pid, bytes,
                                                                                    set);
}

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*run)(void*), void* argument) noexcept {
    if (refused("pthread_create")) return EAGAIN;
    using call = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
    return next<call>("pthread_create")(thread, attributes, run, argument);
}
