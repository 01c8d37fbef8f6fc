#pragma once

#include <cstdint>

#include "harness/host/ipc/ipc_objects.hpp"

namespace ipcmark::conform {

/// Whether the user nobody (65534) gets past the permission check of this object. Forks; needs
/// root.
bool nobody_can_open(const ipc_object& object);

/// Whether the user nobody may send a signal to that process; kill(2). Forks; needs root.
bool nobody_can_signal(pid_t pid);

/// Internet sockets (IPv4, IPv6) among this process's descriptors.
std::uint64_t inet_sockets();

/// Sockets among this process's descriptors whose address has no owner and no mode: internet,
/// packet, netlink, vsock, abstract Unix names. Who shares the network (and, for some, holds a
/// capability) can reach them.
std::uint64_t unguarded_addresses();

}  // namespace ipcmark::conform
