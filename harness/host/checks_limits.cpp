#include <fmt/format.h>
#include <sys/statvfs.h>

#include "harness/host/environment.hpp"
#include "harness/host/host_view.hpp"

namespace ipcmark::checks {

namespace {

constexpr std::int64_t kib = 1024;
constexpr std::int64_t mib = 1024 * kib;

finding not_visible(finding found, const std::string& what) {
    found.how = severity::info;
    found.text = what + " is not visible";
    return found;
}

std::string bytes_text(std::int64_t bytes) {
    if (bytes >= 10 * mib || (bytes >= mib && bytes % mib == 0))
        return fmt::format("{} MiB", bytes / mib);
    if (bytes >= 10 * kib) return fmt::format("{} KiB", bytes / kib);
    return fmt::format("{} bytes", bytes);
}

/// A resource limit; the largest number for "unlimited".
std::optional<std::int64_t> resource_limit(const host_view& host, std::string_view name) {
    const auto fact = resource_limit_fact(name, host.files);
    if (fact.is_number_integer()) return fact.get<std::int64_t>();
    if (fact == "unlimited") return INT64_MAX;
    return std::nullopt;
}

std::string limit_text(std::int64_t value) {
    return value == INT64_MAX ? "unlimited" : std::to_string(value);
}

}  // namespace

finding pipe_size(const host_view& host) {
    constexpr std::int64_t usual = mib;
    const auto most = host.files.number("/proc/sys/fs/pipe-max-size");
    finding found{"limits.pipe", severity::ok, "", "a pipe cannot be made as deep as a plan asks",
                  ""};
    if (!most) return not_visible(found, "fs.pipe-max-size");
    found.text = fmt::format("pipes hold up to {}", bytes_text(*most));
    if (*most >= usual) return found;
    found.how = severity::warning;
    found.remedy = fmt::format("sudo sysctl fs.pipe-max-size={}", usual);
    return found;
}

finding posix_queues(const host_view& host) {
    constexpr std::int64_t usual_bytes = 8192;
    constexpr std::int64_t usual_messages = 10;
    const auto bytes = host.files.number("/proc/sys/fs/mqueue/msgsize_max");
    const auto messages = host.files.number("/proc/sys/fs/mqueue/msg_max");
    finding found{"limits.mqueue", severity::ok, "",
                  "cells with larger messages are skipped, deeper queues are made shallower", ""};
    if (!bytes || !messages) {
        found.how = severity::info;
        found.text = "this kernel has no POSIX message queues";
        found.why = "their cells are skipped";
        return found;
    }
    found.text =
        fmt::format("POSIX message queues: {} messages of up to {}", *messages, bytes_text(*bytes));
    if (*bytes >= mib) return found;
    found.how =
        *bytes < usual_bytes || *messages < usual_messages ? severity::warning : severity::info;
    found.remedy = "sudo sysctl fs.mqueue.msgsize_max=1048576 fs.mqueue.msg_max=64";
    return found;
}

finding queue_bytes(const host_view& host) {
    constexpr std::int64_t usual = 819'200;
    const auto limit = resource_limit(host, "Max msgqueue size");
    finding found{"limits.msgqueue", severity::ok, "",
                  "it bounds all POSIX message queues of this user together: cells are skipped",
                  ""};
    if (!limit) return not_visible(found, "RLIMIT_MSGQUEUE");
    found.text = fmt::format("RLIMIT_MSGQUEUE = {}", limit_text(*limit));
    if (*limit >= usual) return found;
    found.how = severity::warning;
    found.remedy = "sudo prlimit --pid $$ --msgqueue=unlimited";
    return found;
}

finding sysv_messages(const host_view& host) {
    constexpr std::int64_t usual = 8192;
    const auto most = host.files.number("/proc/sys/kernel/msgmax");
    finding found{"limits.sysv", severity::ok, "",
                  "cells with larger System V messages are skipped", ""};
    if (!most) return not_visible(found, "kernel.msgmax");
    found.text = fmt::format("System V messages of up to {}", bytes_text(*most));
    if (*most >= usual) return found;
    found.how = severity::warning;
    found.remedy = fmt::format("sudo sysctl kernel.msgmax={}", usual);
    return found;
}

finding socket_buffers(const host_view& host) {
    constexpr std::int64_t usual = 212'992;
    constexpr std::int64_t generous = 16 * mib;
    const auto most = host.files.number("/proc/sys/net/core/wmem_max");
    finding found{"limits.sockets", severity::ok, "",
                  "a Unix packet must fit into the send buffer whole: larger cells are skipped",
                  ""};
    if (!most) return not_visible(found, "net.core.wmem_max");
    found.text = fmt::format("socket send buffers of up to {}, Unix packets of up to {}",
                             bytes_text(*most), bytes_text(2 * *most));
    if (2 * *most >= generous) return found;
    found.how = *most < usual ? severity::warning : severity::info;
    found.remedy = fmt::format("sudo sysctl net.core.wmem_max={}", generous);
    return found;
}

finding shared_memory(const host_view& host) {
    constexpr std::int64_t enough = 256 * mib;
    finding found{"limits.shm", severity::ok, "",
                  "shared memory cells need room there: 16 MiB messages take 128 MiB", ""};
    struct statvfs space {};
    if (::statvfs(host.files.at("/dev/shm").c_str(), &space) != 0) {
        found.how = severity::warning;
        found.text = "/dev/shm is not there";
        found.remedy = "sudo mkdir -p /dev/shm && sudo mount -t tmpfs tmpfs /dev/shm";
        return found;
    }
    const auto free_bytes = static_cast<std::int64_t>(space.f_bavail * space.f_frsize);
    found.text = fmt::format("{} free in /dev/shm", bytes_text(free_bytes));
    if (free_bytes >= enough) return found;
    found.how = severity::warning;
    found.remedy = "sudo mount -o remount,size=1G /dev/shm  # docker run --shm-size=1g";
    return found;
}

finding open_files(const host_view& host) {
    constexpr std::int64_t needed = 64;
    constexpr std::int64_t comfortable = 256;
    const auto limit = resource_limit(host, "Max open files");
    finding found{"limits.nofile", severity::ok, "",
                  "each process of a pair opens sockets, pipes and event counters", ""};
    if (!limit) return not_visible(found, "RLIMIT_NOFILE");
    found.text = fmt::format("up to {} open files", limit_text(*limit));
    if (*limit >= comfortable) return found;
    found.how = *limit < needed ? severity::error : severity::warning;
    found.remedy = "ulimit -n 1024";
    return found;
}

finding locked_memory(const host_view& host) {
    constexpr unsigned cap_ipc_lock = 14;
    constexpr std::int64_t comfortable = 64 * mib;
    const auto limit = resource_limit(host, "Max locked memory");
    finding found{"limits.memlock", severity::ok, "",
                  "memory that cannot be locked may fault in the timed phase; such faults are "
                  "counted",
                  ""};
    if (!limit) return not_visible(found, "RLIMIT_MEMLOCK");
    found.text = *limit == INT64_MAX ? "memory may be locked without limit"
                                     : fmt::format("up to {} may be locked", bytes_text(*limit));
    if (has_capability(host.files, cap_ipc_lock)) {
        found.text += ", which does not bind this privileged process";
        return found;
    }
    if (*limit >= comfortable) return found;
    found.how = severity::info;
    found.remedy = "sudo prlimit --pid $$ --memlock=unlimited";
    return found;
}

}  // namespace ipcmark::checks
