#include <fmt/format.h>
#include <sys/statvfs.h>

#include "harness/host/checks/host_view.hpp"
#include "harness/host/facts/cgroup.hpp"
#include "harness/host/ipc/ipc_limits.hpp"

namespace ipcmark::checks {

namespace {

constexpr std::int64_t mib = 1024 * 1024;

finding not_visible(finding found, std::string_view limit) {
    found.how = severity::info;
    found.text = fmt::format("{} is not visible", ipc_limit_name(limit));
    return found;
}

std::string limit_text(std::int64_t value) {
    return value == INT64_MAX ? "unlimited" : std::to_string(value);
}

}  // namespace

finding pipe_size(const host_view& host) {
    constexpr std::int64_t usual = mib;
    const auto most = ipc_limit_number("pipe_max_bytes", host.files);
    finding found{"limits.pipe", severity::ok, "", "a pipe cannot be made as deep as a plan asks",
                  ""};
    if (!most) return not_visible(found, "pipe_max_bytes");
    found.text = fmt::format("pipes hold up to {}", limit_bytes_text(*most));
    if (*most >= usual) return found;
    found.how = severity::warning;
    found.remedy = set_limit_command("pipe_max_bytes", usual);
    return found;
}

finding posix_queues(const host_view& host) {
    constexpr std::int64_t usual_bytes = 8192;
    constexpr std::int64_t usual_messages = 10;
    const auto bytes = ipc_limit_number("mqueue_msgsize_max_bytes", host.files);
    const auto messages = ipc_limit_number("mqueue_msg_max", host.files);
    finding found{"limits.mqueue", severity::ok, "",
                  "cells with larger messages are skipped, deeper queues are made shallower", ""};
    if (!bytes || !messages) {
        found.how = severity::info;
        found.text = "this kernel has no POSIX message queues";
        found.why = "their cells are skipped";
        return found;
    }
    found.text = fmt::format("POSIX message queues: {} messages of up to {}", *messages,
                             limit_bytes_text(*bytes));
    if (*bytes >= mib) return found;
    found.how =
        *bytes < usual_bytes || *messages < usual_messages ? severity::warning : severity::info;
    found.remedy = set_limit_command("mqueue_msgsize_max_bytes", mib) + " && " +
                   set_limit_command("mqueue_msg_max", 64);
    return found;
}

finding queue_bytes(const host_view& host) {
    constexpr std::int64_t usual = 819'200;
    const auto limit = ipc_limit_number("rlimit_msgqueue_bytes", host.files);
    finding found{"limits.msgqueue", severity::ok, "",
                  "it bounds all POSIX message queues of this user together: cells are skipped",
                  ""};
    if (!limit) return not_visible(found, "rlimit_msgqueue_bytes");
    found.text = fmt::format("RLIMIT_MSGQUEUE = {}", limit_text(*limit));
    if (*limit >= usual) return found;
    found.how = severity::warning;
    found.remedy = set_limit_command("rlimit_msgqueue_bytes", INT64_MAX);
    return found;
}

finding sysv_messages(const host_view& host) {
    constexpr std::int64_t usual = 8192;
    const auto most = ipc_limit_number("sysv_msgmax_bytes", host.files);
    finding found{"limits.sysv", severity::ok, "",
                  "cells with larger System V messages are skipped", ""};
    if (!most) return not_visible(found, "sysv_msgmax_bytes");
    found.text = fmt::format("System V messages of up to {}", limit_bytes_text(*most));
    if (*most >= usual) return found;
    found.how = severity::warning;
    found.remedy = set_limit_command("sysv_msgmax_bytes", usual);
    return found;
}

finding socket_buffers(const host_view& host) {
    constexpr std::int64_t usual = 212'992;
    constexpr std::int64_t generous = 16 * mib;
    const auto most = ipc_limit_number("socket_wmem_max_bytes", host.files);
    finding found{"limits.sockets", severity::ok, "",
                  "a Unix packet must fit into the send buffer whole: larger cells are skipped",
                  ""};
    if (!most) return not_visible(found, "socket_wmem_max_bytes");
    found.text = fmt::format("socket send buffers of up to {}, Unix packets of up to {}",
                             limit_bytes_text(*most), limit_bytes_text(2 * *most));
    if (2 * *most >= generous) return found;
    found.how = *most < usual ? severity::warning : severity::info;
    found.remedy = set_limit_command("socket_wmem_max_bytes", generous);
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
    found.text = fmt::format("{} free in /dev/shm", limit_bytes_text(free_bytes));
    if (free_bytes >= enough) return found;
    found.how = severity::warning;
    found.remedy = set_limit_command("dev_shm_bytes", enough) + "  # docker run --shm-size=1g";
    return found;
}

finding group_memory(const host_view& host) {
    constexpr double enough = 512.0 * mib;
    const group_limit limit = control_groups(host.files).memory_limit_bytes();
    finding found{"limits.memory", severity::ok, "no control group limits memory",
                  "shared memory counts in it as well: larger cells are skipped", ""};
    if (!limit.value) return found;
    found.text = fmt::format("the control group grants {} of memory ({})",
                             limit_bytes_text(static_cast<std::int64_t>(*limit.value)), limit.file);
    if (*limit.value >= enough) return found;
    found.how = severity::warning;
    found.remedy =
        fmt::format("echo {} | sudo tee {}  {}", limit.file.ends_with("memory.max") ? "max" : "-1",
                    limit.file, "# docker run --memory=1g");
    return found;
}

finding open_files(const host_view& host) {
    constexpr std::int64_t needed = 64;
    constexpr std::int64_t comfortable = 256;
    const auto limit = ipc_limit_number("rlimit_nofile", host.files);
    finding found{"limits.nofile", severity::ok, "",
                  "each process of a pair opens sockets, pipes and event counters", ""};
    if (!limit) return not_visible(found, "rlimit_nofile");
    found.text = fmt::format("up to {} open files", limit_text(*limit));
    if (*limit >= comfortable) return found;
    found.how = *limit < needed ? severity::error : severity::warning;
    found.remedy = "ulimit -n 1024";
    return found;
}

finding locked_memory(const host_view& host) {
    constexpr unsigned cap_ipc_lock = 14;
    constexpr std::int64_t comfortable = 64 * mib;
    const auto limit = ipc_limit_number("rlimit_memlock_bytes", host.files);
    finding found{"limits.memlock", severity::ok, "",
                  "memory that cannot be locked may fault in the timed phase; such faults are "
                  "counted",
                  ""};
    if (!limit) return not_visible(found, "rlimit_memlock_bytes");
    found.text = *limit == INT64_MAX
                     ? "memory may be locked without limit"
                     : fmt::format("up to {} may be locked", limit_bytes_text(*limit));
    if (has_capability(host.files, cap_ipc_lock)) {
        found.text += ", which does not bind this privileged process";
        return found;
    }
    if (*limit >= comfortable) return found;
    found.how = severity::info;
    found.remedy = set_limit_command("rlimit_memlock_bytes", INT64_MAX);
    return found;
}

}  // namespace ipcmark::checks
