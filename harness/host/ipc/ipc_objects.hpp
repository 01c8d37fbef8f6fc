#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "harness/base/enum_names.hpp"
#include "harness/base/host_files.hpp"

namespace ipcmark {

inline constexpr unsigned permission_bits = 0777;

/// Something that a process which was handed nothing could find and try to open.
struct ipc_object {
    enum class kind : std::uint8_t {
        file,
        socket,
        queue,
        sysv_shm,
        sysv_msg,
        sysv_sem,
        semaphore,
        fifo
    };
    static constexpr uid_t no_owner = static_cast<uid_t>(-1);

    kind what = kind::file;
    std::string name;   // a path, a queue's name, a System V identifier, "@" and an abstract name
    unsigned mode = 0;  // of permission_bits; an abstract name has none
    uid_t owner = 0;    // no_owner: not visible

    std::optional<std::uint64_t> bytes = {};  // of the memory; waiting in the queue
    std::string state = {};                   // in words: "2 messages", "listening"
    std::int64_t since_s = 0;                 // made (System V: last changed); since 1970
    std::int32_t key = 0;                     // System V
    std::vector<std::string> handles = {};    // what a process that uses it holds: descriptors.hpp

    std::string title() const;  // "/dev/shm/x", "message queue /x", "System V shared memory 5"
    std::string text() const;   // the same with " (mode 0600)"
    /// Whether System V numbers it, so that it has a key.
    bool numbered() const noexcept {
        return what == kind::sysv_shm || what == kind::sysv_msg || what == kind::sysv_sem;
    }
    bool open_to_others() const noexcept { return (mode & 077) != 0; }

    /// The same object with the same access, whatever its state.
    friend bool operator==(const ipc_object& a, const ipc_object& b) {
        return a.what == b.what && a.name == b.name && a.mode == b.mode && a.owner == b.owner;
    }
};

/// Files, semaphores, sockets and FIFOs anywhere below a folder; nothing when it is not there.
std::vector<ipc_object> files_below(const std::filesystem::path& folder);

/// POSIX message queues of this IPC namespace. Where their file system is not mounted, a mount
/// that no other process sees is made for the look; without the privilege for it the list is empty.
std::vector<ipc_object> message_queues();
/// Whether message_queues() can see any.
bool message_queues_visible();
/// One queue by its name, "/" and all; nullopt: there is none, or it may not be read.
std::optional<ipc_object> find_message_queue(const std::string& name);

/// System V shared memory, message queues and semaphores, from /proc/sysvipc.
std::vector<ipc_object> system_v_objects(const host_files& files = host_files());

/// Unix sockets of this network namespace, from /proc/net/unix.
struct unix_sockets {
    std::vector<ipc_object> named;       // one for each name and type, paths and abstract names
    std::vector<std::uint64_t> unnamed;  // inodes of the others
};
unix_sockets find_unix_sockets(const host_files& files = host_files());

/// What a process holds that has this inode open.
std::string file_handle(dev_t device, std::uint64_t inode);
std::string socket_handle(std::uint64_t inode);
std::string segment_handle(std::uint64_t identifier);

template <>
struct spelling<ipc_object::kind> {
    static constexpr std::array words{std::pair{ipc_object::kind::file, "shared_memory"},
                                      std::pair{ipc_object::kind::semaphore, "semaphore"},
                                      std::pair{ipc_object::kind::queue, "message_queue"},
                                      std::pair{ipc_object::kind::sysv_shm, "sysv_shared_memory"},
                                      std::pair{ipc_object::kind::sysv_msg, "sysv_message_queue"},
                                      std::pair{ipc_object::kind::sysv_sem, "sysv_semaphores"},
                                      std::pair{ipc_object::kind::socket, "unix_socket"},
                                      std::pair{ipc_object::kind::fifo, "fifo"}};
};

}  // namespace ipcmark
