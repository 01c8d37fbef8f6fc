#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/host/ipc/descriptors.hpp"
#include "harness/host/ipc/ipc_objects.hpp"

namespace ipcmark {

/// The IPC objects of the machine as they are now, with who uses them.
struct ipc_snapshot {
    std::vector<ipc_object> objects;  // named ones of every kind, by kind and name
    descriptor_view held;
    std::size_t unnamed_sockets = 0;
    std::vector<std::string> unseen;  // sentences: what this process may not see, and the remedy

    /// The processes that have it open or mapped, as far as they can be seen; by pid.
    std::vector<const process_ipc*> users_of(const ipc_object& object) const;
};

ipc_snapshot take_ipc_snapshot(const host_files& files = host_files());

/// How much of a limit is taken, by the limit's key, where that can be told. For limits of one
/// user: of `user`.
std::map<std::string_view, std::uint64_t> limits_in_use(const ipc_snapshot& snapshot, uid_t user,
                                                        const host_files& files = host_files());

}  // namespace ipcmark
