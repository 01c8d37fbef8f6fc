// Preloaded by tests: calls of the C library fail as a filter, a limit or a file system makes them.
// REFUSE is a list of "call[:ERRNO[:part of the file's name[:calls let through first[:calls
// refused then]]]]", separated by spaces.
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace {

constexpr std::array<std::pair<std::string_view, int>, 10> error_words{{{"EPERM", EPERM},
                                                                        {"EAGAIN", EAGAIN},
                                                                        {"EBUSY", EBUSY},
                                                                        {"EXDEV", EXDEV},
                                                                        {"ENOSPC", ENOSPC},
                                                                        {"EDQUOT", EDQUOT},
                                                                        {"ESTALE", ESTALE},
                                                                        {"EROFS", EROFS},
                                                                        {"EFBIG", EFBIG},
                                                                        {"EIO", EIO}}};

/// "a:b:c" -> "a", and the rest.
std::string_view cut(std::string_view& text, char at) {
    const auto end = text.find(at);
    const auto part = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    return part;
}

int number_in(std::string_view text, int otherwise) {
    return text.empty() ? otherwise : std::atoi(std::string(text).c_str());
}

/// The errno that a call is to fail with; 0: it is let through.
int refused(std::string_view call, std::string_view file, int usual) {
    static std::array<std::atomic<int>, 16> seen{};
    const char* named = std::getenv("REFUSE");
    std::string_view rules = named == nullptr ? "" : named;
    for (std::size_t i = 0; !rules.empty() && i < seen.size(); ++i) {
        std::string_view rule = cut(rules, ' ');
        if (cut(rule, ':') != call) continue;
        const auto word = cut(rule, ':');
        const auto part = cut(rule, ':');
        if (file.find(part) == std::string_view::npos) continue;
        const int first = number_in(cut(rule, ':'), 0);
        const int count = number_in(rule, std::numeric_limits<int>::max() - first);
        const int calls = seen[i].fetch_add(1, std::memory_order_relaxed);
        if (calls < first || calls >= first + count) continue;
        for (const auto& [known, number] : error_words)
            if (known == word) return number;
        return usual;
    }
    return 0;
}

std::string file_of(int fd) {
    char name[4096];
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t length = ::readlink(link.c_str(), name, sizeof name);
    return length < 0 ? std::string() : std::string(name, static_cast<std::size_t>(length));
}

template <class Function>
Function next(const char* call) {
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, call));
}

}  // namespace

extern "C" int sched_setaffinity(pid_t pid, std::size_t bytes, const cpu_set_t* set) noexcept {
    if (const int why = refused("sched_setaffinity", "", EPERM)) {
        errno = why;
        return -1;
    }
    return next<int (*)(pid_t, std::size_t, const cpu_set_t*)>("sched_setaffinity")(pid, bytes,
                                                                                    set);
}

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*run)(void*), void* argument) noexcept {
    if (const int why = refused("pthread_create", "", EAGAIN)) return why;
    using call = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
    return next<call>("pthread_create")(thread, attributes, run, argument);
}

extern "C" int posix_spawn(pid_t* pid, const char* program,
                           const posix_spawn_file_actions_t* actions,
                           const posix_spawnattr_t* attributes, char* const* arguments,
                           char* const* environment) {
    if (const int why = refused("posix_spawn", program, EAGAIN)) return why;
    using call = int (*)(pid_t*, const char*, const posix_spawn_file_actions_t*,
                         const posix_spawnattr_t*, char* const*, char* const*);
    return next<call>("posix_spawn")(pid, program, actions, attributes, arguments, environment);
}

extern "C" ssize_t write(int fd, const void* bytes, std::size_t count) {
    if (std::getenv("REFUSE") != nullptr)
        if (const int why = refused("write", file_of(fd), EIO)) {
            errno = why;
            return -1;
        }
    return next<ssize_t (*)(int, const void*, std::size_t)>("write")(fd, bytes, count);
}

extern "C" int fsync(int fd) {
    if (const int why = refused("fsync", file_of(fd), EIO)) {
        errno = why;
        return -1;
    }
    return next<int (*)(int)>("fsync")(fd);
}

extern "C" int rename(const char* from, const char* to) noexcept {
    if (const int why = refused("rename", to, EBUSY)) {
        errno = why;
        return -1;
    }
    return next<int (*)(const char*, const char*)>("rename")(from, to);
}

extern "C" int open(const char* file, int flags, ...) {
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0) {
        va_list more;
        va_start(more, flags);
        mode = va_arg(more, mode_t);
        va_end(more);
    }
    if (const int why = (flags & O_ACCMODE) == O_RDONLY ? 0 : refused("open", file, EROFS)) {
        errno = why;
        return -1;
    }
    return next<int (*)(const char*, int, ...)>("open")(file, flags, mode);
}
