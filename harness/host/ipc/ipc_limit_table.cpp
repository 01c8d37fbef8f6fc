#include "harness/host/ipc/ipc_limit_table.hpp"

#include <array>

namespace ipcmark::limit_table {

namespace {

constexpr std::int64_t kib = 1024;
constexpr std::int64_t mib = 1024 * kib;
constexpr std::int64_t gib = 1024 * mib;

/// Raised to the goal, doubled where the goal is reached.
constexpr aim up_to(std::int64_t goal, std::int64_t ceiling = no_end) {
    return {aim::way::up, goal, ceiling, ""};
}
/// Lowered to the goal: a restriction, or 0 for "without limit".
constexpr aim down_to(std::int64_t goal) {
    return {aim::way::down, goal, no_end, ""};
}
/// One command, until the last number of several is the goal.
constexpr aim by(const char* command, std::int64_t goal) {
    return {aim::way::up, goal, no_end, command};
}
/// One command, as long as it can help.
constexpr aim always(const char* command) {
    return {aim::way::up, no_end, no_end, command};
}

using enum limit_unit;

// Sources: pipe(7), mq_overview(7), sysvipc(7), shm_overview(7), socket(7), tcp(7), unix(7),
// inotify(7), epoll(7), getrlimit(2), Documentation/admin-guide/sysctl/{fs,kernel,net,vm}.rst.
constexpr std::array pipes{
    row{"pipe_default_bytes",
        "pipe(2)",
        bytes,
        "what a new pipe holds until its writer waits; the program asks for more by F_SETPIPE_SZ",
        {}},
    row{"pipe_max_bytes", "fs.pipe-max-size", bytes,
        "what one pipe of an unprivileged process may be made to hold", up_to(16 * mib, 2 * gib)},
    row{"pipe_user_pages_soft", "fs.pipe-user-pages-soft", pages,
        "all pipes of one user together; past it new ones get 2 pages and none grows (0: no limit)",
        down_to(0)},
    row{"pipe_user_pages_hard", "fs.pipe-user-pages-hard", pages,
        "all pipes of one user together; past it none can be made (0: no limit)", down_to(0)}};

constexpr std::array posix_queues{
    row{"mqueue_msg_max", "fs.mqueue.msg_max", count,
        "messages that one queue of an unprivileged process may hold", up_to(64, 65'536)},
    row{"mqueue_msgsize_max_bytes", "fs.mqueue.msgsize_max", bytes,
        "the largest message of an unprivileged process's queue", up_to(mib, 16 * mib)},
    row{"mqueue_queues_max", "fs.mqueue.queues_max", count, "queues in this IPC namespace",
        up_to(1024)},
    row{"rlimit_msgqueue_bytes", "RLIMIT_MSGQUEUE", bytes,
        "what all queues of one user may hold, counted when they are made", up_to(no_end)}};

constexpr std::array shared_memory{
    row{"dev_shm_bytes", "/dev/shm", bytes,
        "the file system of shm_open, of named semaphores and of Boost's shared memory",
        always("sudo mount -o remount,size=75% /dev/shm")},
    row{"sysv_shmmax_bytes", "kernel.shmmax", bytes, "one System V segment", up_to(64 * gib)},
    row{"sysv_shmall_pages", "kernel.shmall", pages, "all System V segments together",
        up_to(16 * mib)},
    row{"sysv_shmmni", "kernel.shmmni", count, "System V segments", up_to(32'768, 32'768)},
    row{"rlimit_memlock_bytes", "RLIMIT_MEMLOCK", bytes,
        "memory that mlock and SHM_LOCK keep from being paged out; io_uring's fixed buffers too",
        up_to(no_end)},
    row{"rlimit_as_bytes", "RLIMIT_AS", bytes, "the address space of this process: all it maps",
        up_to(no_end)},
    row{"rlimit_fsize_bytes", "RLIMIT_FSIZE", bytes,
        "files of this process, shared memory among them: ftruncate past it fails", up_to(no_end)},
    row{"max_map_count", "vm.max_map_count", count, "mappings of one process", up_to(1'048'576)},
    row{"huge_pages", "vm.nr_hugepages", pages,
        "huge pages set aside for MAP_HUGETLB, SHM_HUGETLB and MFD_HUGETLB", up_to(128)},
    row{"huge_pages_overcommit", "vm.nr_overcommit_hugepages", pages,
        "huge pages that may be made when asked for, beyond those set aside", up_to(128)},
    row{"thp_shmem", "THP shmem_enabled", words,
        "whether shared memory may get huge pages by itself (advise: where madvise asks)",
        always("echo advise | sudo tee /sys/kernel/mm/transparent_hugepage/shmem_enabled"),
        "/sys/kernel/mm/transparent_hugepage/shmem_enabled"}};

constexpr std::array system_v{
    row{"sysv_msgmax_bytes", "kernel.msgmax", bytes, "one System V message", up_to(mib, 2 * gib)},
    row{"sysv_msgmnb_bytes", "kernel.msgmnb", bytes,
        "what one System V queue holds until its writer waits", up_to(16 * mib, 2 * gib)},
    row{"sysv_msgmni", "kernel.msgmni", count, "System V message queues", up_to(32'000, 32'768)},
    row{"sysv_sem", "kernel.sem", words,
        "semaphores of one set, of all sets, operations of one semop, sets",
        by("sudo sysctl kernel.sem=\"32000 1024000000 1000 32768\"", 32'768)}};

constexpr std::array sockets{
    row{"socket_wmem_default_bytes", "net.core.wmem_default", bytes,
        "a socket's send buffer as made: what a Unix socket holds until its writer waits",
        up_to(4 * mib, 2 * gib - 1)},
    row{"socket_wmem_max_bytes", "net.core.wmem_max", bytes,
        "what SO_SNDBUF may ask for; a Unix packet must fit into twice that", up_to(16 * mib, gib)},
    row{"socket_rmem_default_bytes", "net.core.rmem_default", bytes,
        "a socket's receive buffer as made: UDP drops what does not fit",
        up_to(4 * mib, 2 * gib - 1)},
    row{"socket_rmem_max_bytes", "net.core.rmem_max", bytes, "what SO_RCVBUF may ask for",
        up_to(16 * mib, gib)},
    row{"socket_optmem_max_bytes", "net.core.optmem_max", bytes,
        "a message's control data (descriptors), and MSG_ZEROCOPY's completions", up_to(mib, gib)},
    row{"unix_max_dgram_qlen", "net.unix.max_dgram_qlen", count,
        "packets that wait at a Unix datagram socket until its writers wait", up_to(1024)},
    row{"somaxconn", "net.core.somaxconn", count, "connections that wait to be accepted",
        up_to(65'535)},
    row{"netdev_max_backlog", "net.core.netdev_max_backlog", count,
        "packets that wait at one CPU; loopback drops what comes beyond", up_to(10'000)},
    row{"tcp_wmem_bytes", "net.ipv4.tcp_wmem", words,
        "TCP's send buffer: least, as made, most it grows to",
        by("sudo sysctl net.ipv4.tcp_wmem=\"4096 16384 33554432\"", 32 * mib)},
    row{"tcp_rmem_bytes", "net.ipv4.tcp_rmem", words,
        "TCP's receive buffer: least, as made, most it grows to",
        by("sudo sysctl net.ipv4.tcp_rmem=\"4096 131072 33554432\"", 32 * mib)},
    row{"tcp_congestion_control",
        "net.ipv4.tcp_congestion_control",
        words,
        "what decides how much TCP has under way",
        {}},
    row{"ip_local_port_range", "net.ipv4.ip_local_port_range", words,
        "ports for sockets that name none: connections to one address at once",
        by("sudo sysctl net.ipv4.ip_local_port_range=\"1024 65535\"", 65'535)},
    row{"loopback_mtu_bytes",
        "loopback MTU",
        bytes,
        "the largest packet of loopback; a larger message goes in pieces",
        {},
        "/sys/class/net/lo/mtu"},
    row{"busy_poll_us",
        "net.core.busy_poll",
        microseconds,
        "how long poll spins on a network device's queue (loopback has none)",
        {}},
    row{"busy_read_us",
        "net.core.busy_read",
        microseconds,
        "how long a read spins on a network device's queue (loopback has none)",
        {}}};

constexpr std::array descriptors{
    row{"rlimit_nofile", "RLIMIT_NOFILE", count,
        "descriptors of this process: pipes, sockets, eventfds, epoll, memfds ...; and those that "
        "a user has under way in Unix sockets",
        up_to(1'048'576)},
    row{"nr_open", "fs.nr_open", count, "the most that RLIMIT_NOFILE can be",
        up_to(1'048'576, 2 * gib - 64)},
    row{"file_max", "fs.file-max", count, "open files of the whole machine", up_to(mib)},
    row{"epoll_max_user_watches", "fs.epoll.max_user_watches", count,
        "descriptors that one user's epoll instances watch", up_to(mib)},
    row{"inotify_max_user_instances", "fs.inotify.max_user_instances", count,
        "inotify instances of one user", up_to(1024, 2 * gib - 1)},
    row{"inotify_max_user_watches", "fs.inotify.max_user_watches", count,
        "files and folders that one user's inotify instances watch", up_to(524'288, 2 * gib - 1)},
    row{"inotify_max_queued_events", "fs.inotify.max_queued_events", count,
        "events that wait at one inotify instance; later ones are lost",
        up_to(65'536, 2 * gib - 1)},
    row{"io_uring_disabled", "kernel.io_uring_disabled", choice,
        "who may use io_uring (0: all; 1: kernel.io_uring_group and root; 2: nobody)", down_to(0)}};

constexpr std::array processes{
    row{"rlimit_nproc", "RLIMIT_NPROC", count, "processes and threads of this user", up_to(no_end)},
    row{"pid_max", "kernel.pid_max", count, "process and thread numbers of the machine",
        up_to(4'194'304, 4'194'304)},
    row{"threads_max", "kernel.threads-max", count, "processes and threads of the machine",
        up_to(65'536)},
    row{"rlimit_rtprio", "RLIMIT_RTPRIO", count,
        "the highest real-time priority; futexes wake waiters in its order", up_to(99, 99)},
    row{"rlimit_sigpending", "RLIMIT_SIGPENDING", count,
        "signals that wait at this user's processes; sigqueue past it fails", up_to(no_end)},
    row{"ptrace_scope", "kernel.yama.ptrace_scope", choice,
        "whose memory process_vm_readv and pidfd_getfd reach (0: one's own processes; 1: only "
        "children; 2: root; 3: nobody)",
        down_to(0)},
    row{"perf_event_paranoid", "kernel.perf_event_paranoid", choice,
        "what an unprivileged process may count (1: itself, in user and kernel mode)", down_to(1)}};

constexpr std::array all_groups{group{"pipes", pipes},
                                group{"POSIX message queues", posix_queues},
                                group{"shared memory", shared_memory},
                                group{"System V messages and semaphores", system_v},
                                group{"sockets", sockets},
                                group{"descriptors and notifications", descriptors},
                                group{"processes", processes}};

constexpr std::array all_resources{
    resource{"RLIMIT_MEMLOCK", "Max locked memory", "memlock", "-l", kib},
    resource{"RLIMIT_NOFILE", "Max open files", "nofile", "-n", 1},
    resource{"RLIMIT_NPROC", "Max processes", "nproc", "-u", 1},
    resource{"RLIMIT_RTPRIO", "Max realtime priority", "rtprio", "-r", 1},
    resource{"RLIMIT_MSGQUEUE", "Max msgqueue size", "msgqueue", "-q", 1},
    resource{"RLIMIT_SIGPENDING", "Max pending signals", "sigpending", "-i", 1},
    resource{"RLIMIT_AS", "Max address space", "as", "-v", kib},
    resource{"RLIMIT_FSIZE", "Max file size", "fsize", "-f", kib}};

}  // namespace

std::span<const group> groups() {
    return all_groups;
}

std::span<const resource> resources() {
    return all_resources;
}

}  // namespace ipcmark::limit_table
