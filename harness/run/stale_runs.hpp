#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/contract/vocabulary.hpp"
#include "harness/host/ipc/run_objects.hpp"

namespace ipcmark {

/// unclear: nothing visible from here tells whether the run still lives.
enum class liveness : std::uint8_t { living, dead, unclear };

/// A run of ipcmark that has a folder or names in the system now.
struct run_entry {
    std::string name;  // "ipcmark-812-Ab3dEf"
    pid_t pid = 0;     // the process that it was, or is
    uid_t owner = 0;
    liveness is = liveness::unclear;
    std::string why;               // how that is known
    std::filesystem::path folder;  // empty: not where this process looks for it
    std::uint64_t folder_files = 0;
    std::int64_t since_s = 0;         // the last sign of life, since 1970
    std::vector<ipc_object> objects;  // system-wide ones that carry its name
    unique_fd lock;                   // a dead run's, held so that nobody else sweeps it meanwhile
};

/// Where to look; tests bring places of their own.
struct scan_options {
    std::filesystem::path root;  // of the runs' folders
    object_places places = {};
};
scan_options usual_scan();

struct run_scan {
    std::vector<run_entry> runs;
    std::vector<std::string> unseen;  // where it could not look, as sentences
};

/// Every run of which something is there, its own objects alone: those of its name and its owner.
run_scan scan_runs(const scan_options& options = usual_scan());

/// What became of one object.
struct removal {
    std::string what;   // "/dev/shm/ipcmark-812-Ab3dEf-00000003.f"
    std::string error;  // empty: removed
};

/// Removes a dead run's objects and then its folder. Throws logic_error for any other run.
std::vector<removal> remove_run(run_entry& run);

template <>
struct spelling<liveness> {
    static constexpr std::array words{std::pair{liveness::living, "living"},
                                      std::pair{liveness::dead, "dead"},
                                      std::pair{liveness::unclear, "unclear"}};
};

}  // namespace ipcmark
