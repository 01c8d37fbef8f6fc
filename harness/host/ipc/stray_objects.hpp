#pragma once

#include <set>
#include <string>
#include <vector>

#include "harness/host/ipc/run_objects.hpp"

namespace ipcmark {

/// Watches for IPC objects of this user that appear and carry no run's name: what a mechanism names
/// by itself, the sweep after each repetition does not find. Another program's cannot be told from
/// them.
class stray_watch {
public:
    explicit stray_watch(object_places places = {});

    /// Those that were not there at the beginning, in the order of the kinds.
    std::vector<ipc_object> appeared() const;

private:
    std::vector<ipc_object> nameless() const;

    object_places places_;
    std::set<std::string> before_;
};

/// What a shell removes an object with: "rm /dev/shm/x", "ipcrm -m 5".
std::string removal_command(const ipc_object& object);

/// "3 IPC objects appeared ...": how many, what, and how they are removed. Empty where there are
/// none.
std::string stray_text(const std::vector<ipc_object>& strays);

}  // namespace ipcmark
