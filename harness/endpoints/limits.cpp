#include "harness/endpoints/limits.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "harness/base/posix/text_file.hpp"

namespace ipcmark {

std::optional<std::string> unix_message_limit(std::size_t payload_bytes) {
    constexpr std::int64_t usual_wmem_max = 212'992;
    constexpr std::size_t kernel_overhead_bytes = 32;  // unix_dgram_sendmsg: len <= sk_sndbuf - 32
    const auto most = static_cast<std::size_t>(
        read_number("/proc/sys/net/core/wmem_max").value_or(usual_wmem_max));
    // The kernel doubles what SO_SNDBUF asks for.
    const std::size_t fits = 2 * most - kernel_overhead_bytes;
    if (payload_bytes <= fits) return std::nullopt;
    return fmt::format(
        "payload {} exceeds {} = 2 x net.core.wmem_max - {}; raise it (sysctl -w "
        "net.core.wmem_max={}) or drop the size",
        payload_bytes, fits, kernel_overhead_bytes,
        (payload_bytes + kernel_overhead_bytes + 1) / 2);
}

std::optional<std::string> shared_memory_limit(std::size_t bytes) {
    struct statvfs space {};
    if (::statvfs("/dev/shm", &space) != 0)
        return "/dev/shm is not there; mount a tmpfs on it (mount -t tmpfs tmpfs /dev/shm)";
    const std::size_t free_bytes = std::size_t{space.f_bavail} * space.f_frsize;
    if (bytes <= free_bytes) return std::nullopt;
    return fmt::format(
        "no space in /dev/shm: {} bytes needed, {} free; free some, enlarge it (mount -o "
        "remount,size=... /dev/shm), or drop the size or --depth",
        bytes, free_bytes);
}

}  // namespace ipcmark
