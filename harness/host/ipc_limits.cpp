#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sstream>
#include <sys/statvfs.h>
#include <unistd.h>

#include "harness/host/environment.hpp"
#include "harness/posix/unique_fd.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

struct limit_file {
    const char* key;
    const char* path;
};

constexpr std::array kernel_limits{
    limit_file{"pipe_max_bytes", "/proc/sys/fs/pipe-max-size"},
    limit_file{"pipe_user_pages_soft", "/proc/sys/fs/pipe-user-pages-soft"},
    limit_file{"pipe_user_pages_hard", "/proc/sys/fs/pipe-user-pages-hard"},
    limit_file{"mqueue_msg_max", "/proc/sys/fs/mqueue/msg_max"},
    limit_file{"mqueue_msgsize_max_bytes", "/proc/sys/fs/mqueue/msgsize_max"},
    limit_file{"mqueue_queues_max", "/proc/sys/fs/mqueue/queues_max"},
    limit_file{"sysv_msgmax_bytes", "/proc/sys/kernel/msgmax"},
    limit_file{"sysv_msgmnb_bytes", "/proc/sys/kernel/msgmnb"},
    limit_file{"sysv_msgmni", "/proc/sys/kernel/msgmni"},
    limit_file{"sysv_shmmax_bytes", "/proc/sys/kernel/shmmax"},
    limit_file{"sysv_shmall_pages", "/proc/sys/kernel/shmall"},
    limit_file{"sysv_shmmni", "/proc/sys/kernel/shmmni"},
    limit_file{"sysv_sem", "/proc/sys/kernel/sem"},
    limit_file{"socket_rmem_default_bytes", "/proc/sys/net/core/rmem_default"},
    limit_file{"socket_rmem_max_bytes", "/proc/sys/net/core/rmem_max"},
    limit_file{"socket_wmem_default_bytes", "/proc/sys/net/core/wmem_default"},
    limit_file{"socket_wmem_max_bytes", "/proc/sys/net/core/wmem_max"},
    limit_file{"tcp_rmem_bytes", "/proc/sys/net/ipv4/tcp_rmem"},
    limit_file{"tcp_wmem_bytes", "/proc/sys/net/ipv4/tcp_wmem"},
    limit_file{"tcp_congestion_control", "/proc/sys/net/ipv4/tcp_congestion_control"},
    limit_file{"unix_max_dgram_qlen", "/proc/sys/net/unix/max_dgram_qlen"},
    limit_file{"somaxconn", "/proc/sys/net/core/somaxconn"},
    limit_file{"busy_poll_us", "/proc/sys/net/core/busy_poll"},
    limit_file{"busy_read_us", "/proc/sys/net/core/busy_read"},
    limit_file{"loopback_mtu_bytes", "/sys/class/net/lo/mtu"},
    limit_file{"io_uring_disabled", "/proc/sys/kernel/io_uring_disabled"},
    limit_file{"perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid"},
};

constexpr std::array resource_limits{
    limit_file{"rlimit_memlock_bytes", "Max locked memory"},
    limit_file{"rlimit_nofile", "Max open files"},
    limit_file{"rlimit_nproc", "Max processes"},
    limit_file{"rlimit_rtprio", "Max realtime priority"},
    limit_file{"rlimit_msgqueue_bytes", "Max msgqueue size"},
    limit_file{"rlimit_as_bytes", "Max address space"},
    limit_file{"rlimit_fsize_bytes", "Max file size"},
};

std::string reason() {
    return std::strerror(errno);
}

ordered_json default_pipe_bytes() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return unavailable("pipe2: " + reason());
    const unique_fd reader(ends[0]);
    const unique_fd writer(ends[1]);
    const int bytes = ::fcntl(writer.get(), F_GETPIPE_SZ);
    if (bytes < 0) return unavailable("F_GETPIPE_SZ: " + reason());
    return bytes;
}

ordered_json shared_memory_bytes(const host_files& files) {
    struct statvfs space {};
    if (::statvfs(files.at("/dev/shm").c_str(), &space) != 0)
        return unavailable("/dev/shm: " + reason());
    return std::uint64_t{space.f_blocks} * space.f_frsize;
}

}  // namespace

ordered_json resource_limit_fact(std::string_view name, const host_files& files) {
    const auto table = files.text("/proc/self/limits");
    if (!table) return unavailable("/proc/self/limits: " + reason());
    std::istringstream lines(*table);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(name)) continue;
        const auto columns = words_of(line.substr(name.size()));
        if (columns.empty()) break;
        if (const auto value = whole_number(columns.front())) return *value;
        return columns.front();
    }
    return unavailable("/proc/self/limits has no line '" + std::string(name) + "'");
}

ordered_json ipc_limit_facts(const host_files& files) {
    ordered_json facts;
    facts["pipe_default_bytes"] = default_pipe_bytes();
    for (const auto& [key, path] : kernel_limits)
        facts[key] = file_fact(files, path);
    for (const auto& [key, name] : resource_limits)
        facts[key] = resource_limit_fact(name, files);
    facts["dev_shm_bytes"] = shared_memory_bytes(files);
    return facts;
}

}  // namespace ipcmark
