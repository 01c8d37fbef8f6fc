#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ipcmark::conform {

/// While it lives, orphaned descendants of this process become its children, so that a process
/// which a worker left behind can be seen and ended. prctl(2) PR_SET_CHILD_SUBREAPER.
class subreaper {
public:
    subreaper();
    ~subreaper();
    subreaper(const subreaper&) = delete;
    subreaper& operator=(const subreaper&) = delete;

private:
    int before_ = 0;
};

/// The System V keys that the repetitions of other runs of ipcmark may use now.
std::set<std::int32_t> keys_of_other_runs(const std::filesystem::path& run_folder);

/// Everything of this user that a repetition could leave behind: names in /dev/shm, message queues,
/// System V objects, files in the run's folder, processes. What carries another run's name or key
/// is not counted.
std::set<std::string> take_inventory(const std::filesystem::path& run_folder);

/// What is in `after` but not in `before`.
std::vector<std::string> additions(const std::set<std::string>& before,
                                   const std::set<std::string>& after);

/// Of these additions, what is not gone by itself within two seconds. A process and what carries
/// the run's name is ours and is given no time; the rest may be another program's that works
/// meanwhile, which will remove it.
std::vector<std::string> what_stays(std::vector<std::string> added,
                                    const std::filesystem::path& run_folder);

/// Children of this process, zombies included.
std::vector<pid_t> children();

/// Kills and reaps the children that are not among `known`. Returns how many there were.
std::size_t end_orphans(const std::vector<pid_t>& known);

}  // namespace ipcmark::conform
