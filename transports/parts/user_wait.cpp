#include "transports/parts/user_wait.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace ipcmark {

std::optional<std::string> waitpkg_unavailable() {
#if defined(__x86_64__)
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    constexpr unsigned waitpkg_bit = 1u << 5;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (c & waitpkg_bit) != 0) return std::nullopt;
    return "this CPU (or its hypervisor) has no WAITPKG, the instructions umwait and tpause; Intel "
           "CPUs have them since Tremont and Alder Lake";
#else
    return "umwait and tpause are instructions of x86-64 CPUs";
#endif
}

}  // namespace ipcmark
