#include "harness/base/posix/memory_limit.hpp"

#include <sys/resource.h>

#include "harness/base/sizes.hpp"

namespace ipcmark {

namespace {

struct memory_limit {
    __rlimit_resource_t which;
    const char* name;
};

constexpr memory_limit memory_limits[] = {{RLIMIT_DATA, "RLIMIT_DATA (ulimit -d)"},
                                          {RLIMIT_AS, "RLIMIT_AS (ulimit -v)"}};

}  // namespace

std::string own_memory_limits() {
    std::string text;
    for (const auto& [which, name] : memory_limits) {
        rlimit limit{};
        if (::getrlimit(which, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) continue;
        text +=
            (text.empty() ? "" : ", ") + std::string(name) + " is " + payload_text(limit.rlim_cur);
    }
    return text;
}

std::string out_of_memory_text() {
    const std::string limits = own_memory_limits();
    return limits.empty() ? "out of memory: free some, or raise the limit of the control group"
                          : "out of memory: " + limits + "; raise that";
}

}  // namespace ipcmark
