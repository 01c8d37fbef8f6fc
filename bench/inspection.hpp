#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "harness/host/ipc/ipc_limits.hpp"
#include "harness/host/ipc/ipc_snapshot.hpp"
#include "harness/run/stale_runs.hpp"

namespace ipcmark {

/// What became of a run that was to be cleaned.
struct cleaned_run {
    const run_entry* run;
    std::vector<removal> done;
};

/// What `ipcmark inspect` shows: the parts that were asked for.
struct inspection {
    std::optional<uid_t> only;  // whose objects; nullopt: everybody's
    std::int64_t now_s = 0;
    bool dry = false;                  // --dry-run
    std::vector<cleaned_run> cleaned;  // by --clean

    std::optional<std::vector<ipc_limit>> limits;
    std::map<std::string_view, std::uint64_t> in_use;
    std::optional<ipc_snapshot> snapshot;
    std::optional<run_scan> scan;

    bool shows(uid_t owner) const { return !only || *only == owner; }
};

/// "alice", the number where it has no name, "?" for no_owner.
std::string user_text(uid_t user);

void print_inspection(const inspection& view);
void print_inspection_json(const inspection& view);

}  // namespace ipcmark
