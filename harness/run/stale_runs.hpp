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
#include "harness/host/ipc/ipc_objects.hpp"

namespace ipcmark {

/// unclear: nothing visible from here tells whether the run still lives.
enum class fate : std::uint8_t { living, dead, unclear };

/// A run of ipcmark that has a folder or names in the system now.
struct known_run {
    std::string name;  // "ipcmark-812-Ab3dEf"
    pid_t pid = 0;     // the process that it was, or is
    uid_t owner = 0;
    fate is = fate::unclear;
    std::string why;               // how the fate is known
    std::filesystem::path folder;  // empty: not where this process looks for it
    std::uint64_t folder_files = 0;
    std::int64_t since_s = 0;         // the last sign of life, since 1970
    std::vector<ipc_object> objects;  // system-wide ones that carry its name
    unique_fd lock;                   // a dead run's, held so that nobody else sweeps it meanwhile
};

/// Where to look; tests bring places of their own.
struct survey_ground {
    std::filesystem::path root;  // of the runs' folders
    std::filesystem::path shared_memory = "/dev/shm";
};
survey_ground usual_ground();

struct run_survey {
    std::vector<known_run> runs;
    std::vector<std::string> unseen;  // where it could not look, as sentences
};

/// Every run of which something is there, its own objects alone: those of its name and its owner.
run_survey survey_runs(const survey_ground& ground = usual_ground());

/// What became of one object.
struct removal {
    std::string what;   // "/dev/shm/ipcmark-812-Ab3dEf-00000003.f"
    std::string error;  // empty: removed
};

/// Removes a dead run's objects and then its folder. Throws logic_error for any other run.
std::vector<removal> remove_run(known_run& run);

/// "ipcmark-812-Ab3dEf" for that and for whatever begins so and goes on with '-' or '.'.
std::optional<std::string> run_name_in(std::string_view object_name);

template <>
struct spelling<fate> {
    static constexpr std::array words{std::pair{fate::living, "living"},
                                      std::pair{fate::dead, "dead"},
                                      std::pair{fate::unclear, "unclear"}};
};

}  // namespace ipcmark
