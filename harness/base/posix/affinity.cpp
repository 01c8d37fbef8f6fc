#include "harness/base/posix/affinity.hpp"

#include <cerrno>
#include <memory>
#include <sched.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark {

namespace {
constexpr int cpus_supported = 8192;

struct cpu_set_deleter {
    void operator()(cpu_set_t* set) const { CPU_FREE(set); }
};
using cpu_set_pointer = std::unique_ptr<cpu_set_t, cpu_set_deleter>;

cpu_set_pointer empty_set() {
    cpu_set_pointer set(CPU_ALLOC(cpus_supported));
    CPU_ZERO_S(CPU_ALLOC_SIZE(cpus_supported), set.get());
    return set;
}
}  // namespace

std::vector<int> allowed_cpus() {
    const auto set = empty_set();
    const std::size_t bytes = CPU_ALLOC_SIZE(cpus_supported);
    checked(::sched_getaffinity(0, bytes, set.get()), "sched_getaffinity");
    std::vector<int> cpus;
    for (int cpu = 0; cpu < cpus_supported; ++cpu)
        if (CPU_ISSET_S(static_cast<std::size_t>(cpu), bytes, set.get())) cpus.push_back(cpu);
    return cpus;
}

void pin_to(int cpu) {
    const auto set = empty_set();
    const std::size_t bytes = CPU_ALLOC_SIZE(cpus_supported);
    CPU_SET_S(static_cast<std::size_t>(cpu), bytes, set.get());
    if (::sched_setaffinity(0, bytes, set.get()) == 0) return;
    throw_errno("sched_setaffinity to CPU " + std::to_string(cpu),
                errno == EPERM
                    ? "a filter refuses the call, as of a container's seccomp profile or "
                      "systemd's SystemCallFilter; allow it"
                    : "");
}

pinned_for_now::~pinned_for_now() {
    const auto set = empty_set();
    const std::size_t bytes = CPU_ALLOC_SIZE(cpus_supported);
    for (const int cpu : before_)
        CPU_SET_S(static_cast<std::size_t>(cpu), bytes, set.get());
    ::sched_setaffinity(0, bytes, set.get());
}

int current_cpu() {
    return checked(::sched_getcpu(), "sched_getcpu");
}

}  // namespace ipcmark
