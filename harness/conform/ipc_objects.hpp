#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ipcmark::conform {

/// Something that a process which was handed nothing could find and try to open.
struct ipc_object {
    enum class kind : std::uint8_t { file, socket, queue, sysv_shm, sysv_msg, sysv_sem };
    kind what = kind::file;
    std::string name;   // a path, a queue's name, a System V identifier
    unsigned mode = 0;  // permission bits
    uid_t owner = 0;

    std::string text() const;  // "/dev/shm/x (mode 0600)"
    bool open_to_others() const noexcept { return (mode & 077) != 0; }
    friend auto operator<=>(const ipc_object&, const ipc_object&) = default;
};

/// Files, sockets and FIFOs anywhere below a folder; nothing when it is not there.
std::vector<ipc_object> files_below(const std::filesystem::path& folder);
/// POSIX message queues of this IPC namespace. Where their file system is not mounted, a mount
/// that no other process sees is made for the look; without the privilege for it the list is empty.
std::vector<ipc_object> message_queues();
/// System V shared memory, message queues and semaphores, from /proc/sysvipc.
std::vector<ipc_object> system_v_objects();

/// Whether the user nobody (65534) gets past the permission check of this object. Forks; needs
/// root.
bool nobody_can_open(const ipc_object& object);

/// Internet sockets (IPv4, IPv6) among this process's descriptors.
std::uint64_t inet_sockets();

/// Sockets among this process's descriptors whose address has no owner and no mode: internet,
/// packet, netlink, vsock, abstract Unix names. Who shares the network (and, for some, holds a
/// capability) can reach them.
std::uint64_t open_addresses();

}  // namespace ipcmark::conform
