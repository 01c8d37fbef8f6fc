#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <sys/types.h>
#include <vector>

#include "harness/base/enum_names.hpp"
#include "harness/base/host_files.hpp"
#include "harness/host/ipc/ipc_objects.hpp"

namespace ipcmark {

/// What a descriptor that serves to communicate leads to.
enum class descriptor : std::uint8_t {
    pipe,
    fifo,
    unix_socket,
    other_socket,
    pty,
    memfd,
    shared_memory,
    queue,
    eventfd,
    signalfd,
    timerfd,
    pidfd,
    epoll,
    inotify,
    io_uring,
    userfaultfd
};

template <>
struct spelling<descriptor> {
    static constexpr std::array words{std::pair{descriptor::pipe, "pipe"},
                                      std::pair{descriptor::fifo, "fifo"},
                                      std::pair{descriptor::unix_socket, "unix_socket"},
                                      std::pair{descriptor::other_socket, "other_socket"},
                                      std::pair{descriptor::pty, "pty"},
                                      std::pair{descriptor::memfd, "memfd"},
                                      std::pair{descriptor::shared_memory, "shared_memory"},
                                      std::pair{descriptor::queue, "message_queue"},
                                      std::pair{descriptor::eventfd, "eventfd"},
                                      std::pair{descriptor::signalfd, "signalfd"},
                                      std::pair{descriptor::timerfd, "timerfd"},
                                      std::pair{descriptor::pidfd, "pidfd"},
                                      std::pair{descriptor::epoll, "epoll"},
                                      std::pair{descriptor::inotify, "inotify"},
                                      std::pair{descriptor::io_uring, "io_uring"},
                                      std::pair{descriptor::userfaultfd, "userfaultfd"}};
};

/// One process whose descriptors could be read.
struct process_ipc {
    pid_t pid = 0;
    uid_t user = 0;
    std::string command;  // as the kernel calls it, 15 characters at most
    unsigned threads = 1;
    std::map<descriptor, unsigned> counts = {};
    std::uint64_t memfd_bytes = 0;
    unsigned inotify_watches = 0;
    unsigned epoll_watches = 0;

    std::uint64_t total() const;
};

/// What the processes of the machine hold.
struct descriptor_view {
    std::vector<process_ipc> processes;            // by pid
    std::map<std::string, std::set<pid_t>> users;  // by handle: who has it open or mapped
    std::vector<ipc_object> fifos;                 // open ones, wherever their names are
    std::size_t hidden = 0;                        // processes that only root may look into
};

/// Reads /proc/PID/{status,fd,fdinfo,maps} of every process but this one. What a process holds in
/// another namespace is counted, but not taken for an object of ours.
descriptor_view scan_descriptors(const host_files& files = host_files());

/// The pids of processes that have a file open whose path ends so: whoever holds a lock file.
std::vector<pid_t> holders_of(const std::string& path_end, const host_files& files = host_files());

}  // namespace ipcmark
